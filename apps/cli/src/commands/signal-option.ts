import * as Effect from "effect/Effect"
import { parseSignal } from "../argv/values/signal.ts"
import { refused, type Usage } from "./Usage.ts"

/** The number of the signal of `--signal`, when one was said. As in Docker, no such signal is no error of the command line. */
export const signalOf = (text: string | undefined): Effect.Effect<number | undefined, Usage> => {
  if (text === undefined) return Effect.succeed(undefined)
  const signal = parseSignal(text)
  return signal.ok
    ? Effect.succeed(signal.value)
    : refused(`Invalid signal: ${text}`, "name one such as HUP, SIGHUP or 1; kill -l lists them", 1)
}
