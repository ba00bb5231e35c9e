import * as Effect from "effect/Effect"
import type { Terminal } from "./terminal.ts"

/** Somebody pressed the key that interrupts, or ended the input, instead of answering. */
export type Answer = string | undefined

const enough = 64 * 1024

/** Reads keys up to the end of a line; the terminal does nothing with them meanwhile. */
const line = (question: string, shown: boolean, terminal: Terminal): Effect.Effect<Answer> =>
  Effect.acquireUseRelease(
    Effect.sync(() => {
      terminal.err(question)
      process.stdin.setRawMode(true)
      process.stdin.resume()
      return new TextDecoder()
    }),
    (decoder) =>
      Effect.async<Answer>((resume) => {
        let typed: ReadonlyArray<string> = []
        const end = (answer: Answer) => {
          process.stdin.off("data", hear)
          resume(Effect.succeed(answer))
        }
        const hear = (bytes: Uint8Array): void => {
          for (const key of decoder.decode(bytes, { stream: true })) {
            if (key === "\r" || key === "\n") return end(typed.join(""))
            if (key === "\u0003" || (key === "\u0004" && typed.length === 0)) return end(undefined)
            const erases = key === "\u007f" || key === "\b"
            if (shown && erases && typed.length > 0) terminal.err("\b \b")
            if (erases) typed = typed.slice(0, -1)
            else if (key === "\u0015") typed = []
            else if (key >= " " && typed.length < enough) {
              typed = [...typed, key]
              if (shown) terminal.err(key)
            }
          }
        }
        process.stdin.on("data", hear)
        return Effect.sync(() => process.stdin.off("data", hear))
      }),
    () =>
      Effect.sync(() => {
        process.stdin.setRawMode(false)
        process.stdin.pause()
        terminal.err("\n")
      })
  )

/** Asks for a name on the terminal. */
export const askName = (question: string, terminal: Terminal): Effect.Effect<Answer> => line(question, true, terminal)

/** Asks for a secret on the terminal: what is typed is not shown. */
export const askSecret = (question: string, terminal: Terminal): Effect.Effect<Answer> =>
  line(question, false, terminal)

/** All of standard input as one secret, without the end of its last line. */
export const readSecret: Effect.Effect<string> = Effect.promise(async () => {
  const parts: Array<Uint8Array> = []
  let size = 0
  for await (const part of process.stdin as AsyncIterable<Uint8Array>) {
    parts.push(part)
    size += part.length
    if (size > enough) break
  }
  return Buffer.concat(parts)
    .toString("utf8")
    .replace(/\r?\n$/, "")
})
