import * as Effect from "effect/Effect"
import { parseAttach, type StreamName } from "../argv/values/words.ts"
import { valuesOf } from "./read-values.ts"
import type { Usage } from "./Usage.ts"

/** The standard streams that the caller and the container have in common: those of `-a`, else what `-i` says. */
export const attachedTo = (options: {
  readonly attach: ReadonlyArray<string>
  readonly interactive: boolean
}): Effect.Effect<ReadonlySet<StreamName>, Usage> =>
  Effect.map(valuesOf("-a, --attach", options.attach, parseAttach), (named) => {
    const streams = new Set(named.length === 0 ? (["stdin", "stdout", "stderr"] as const) : named)
    // Without -i nothing keeps the container's input open, whoever wants to write to it.
    if (!options.interactive) streams.delete("stdin")
    return streams
  })
