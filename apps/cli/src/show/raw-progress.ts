import type { SolveEvent, StepLabel } from "@gantry/build/solve/SolveEvent"
import { coverLogins } from "@gantry/core/logins"
import type { Output } from "@gantry/core/runtime/Runtime"
import type { Explanation } from "./Explanation.ts"

/**
 * A line of `build --progress rawjson`. The last one is `built`, or `error` when the build failed; the fields of the others are
 * those of `SolveEvent`, and readers pass over types that they do not know.
 */
export type RawLine =
  | Exclude<SolveEvent, { readonly type: "output" }>
  /** Part of what a command wrote, cut anywhere but within a character. What is no UTF-8 is replaced. */
  | {
      readonly type: "output"
      readonly step: StepLabel
      readonly output: { readonly stream: Output["stream"]; readonly text: string }
    }
  /** A sentence about something that is no step: a pull, a warning, the reasons that `--explain` asks for. */
  | { readonly type: "note"; readonly text: string }
  /** `image`: its id, or the digest of the index for several platforms. `names`: what leads to it in the store now. */
  | { readonly type: "built"; readonly image: string; readonly names: ReadonlyArray<string> }
  /** Null where there is nothing to say. */
  | { readonly type: "error"; readonly what: string; readonly why: string | null; readonly try: string | null }

/** Turns what happens into lines, each with `at`, the time in RFC 3339, as its first field. */
export const rawProgress = (write: (line: string) => void, now: () => number) => {
  const say = (line: RawLine): void => write(`${JSON.stringify({ at: new Date(now()).toISOString(), ...line })}\n`)
  const decoders = new Map<string, InstanceType<typeof TextDecoder>>()
  const keyOf = ({ number, stage }: StepLabel, stream: Output["stream"]) => `${stage}/${number} ${stream}`
  /** The end of what a command wrote, where that was within a character. */
  const flush = (ended: StepLabel) => {
    for (const stream of ["stdout", "stderr"] as const) {
      const rest = decoders.get(keyOf(ended, stream))?.decode() ?? ""
      decoders.delete(keyOf(ended, stream))
      if (rest !== "") say({ type: "output", step: ended, output: { stream, text: rest } })
    }
  }
  return {
    onEvent: (event: SolveEvent): void => {
      if (event.type === "done" || event.type === "failed") flush(event.step)
      if (event.type === "warning") {
        const { diagnostic } = event
        return say({ ...event, diagnostic: { ...diagnostic, source: coverLogins(diagnostic.source) } })
      }
      if (event.type !== "output") return say(event)
      const { output, step } = event
      const key = keyOf(step, output.stream)
      const decoder = decoders.get(key) ?? new TextDecoder("utf-8", { ignoreBOM: true })
      decoders.set(key, decoder)
      const text = decoder.decode(output.bytes, { stream: true })
      if (text !== "") say({ type: "output", step, output: { stream: output.stream, text } })
    },
    note: (text: string): void => say({ type: "note", text: text.replace(/\n$/, "") }),
    built: (image: string, names: ReadonlyArray<string>): void => say({ type: "built", image, names }),
    failed: ({ todo, what, why }: Explanation): void =>
      say({ type: "error", what, why: why ?? null, try: todo ?? null })
  }
}
