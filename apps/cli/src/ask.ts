import { createInterface } from "node:readline/promises"
import * as Effect from "effect/Effect"
import type { Terminal } from "./terminal.ts"

/** Asks a yes-or-no question on standard input; anything but yes is no, and so is its end. */
export const ask = (question: string, terminal: Terminal): Effect.Effect<boolean> =>
  Effect.acquireUseRelease(
    Effect.sync(() => createInterface({ input: process.stdin })),
    (lines) =>
      Effect.promise(async (signal) => {
        terminal.err(question)
        const ended = new Promise<string>((resolve) => lines.once("close", () => resolve("")))
        const answer = await Promise.race([lines.question("", { signal }).catch(() => ""), ended])
        return /^y(?:es)?$/i.test(answer.trim())
      }),
    (lines) => Effect.sync(() => lines.close())
  )
