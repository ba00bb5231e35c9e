import * as Effect from "effect/Effect"
import { parseInstant } from "../argv/values/instant.ts"
import { given, optionalOf } from "./read-values.ts"

const perMilli = 1_000_000n

/** Between which times events are wanted, in milliseconds since 1970, as `--since` and `--until` say. */
export const spanOf = (
  options: { readonly since: string | undefined; readonly until: string | undefined },
  milliseconds: number
) =>
  Effect.gen(function* () {
    const now = BigInt(milliseconds) * perMilli
    const instant = (option: string, text: string | undefined) =>
      Effect.map(
        optionalOf(option, text, (each) => parseInstant(each, now)),
        (nanos) => (nanos === undefined ? undefined : Number(nanos / perMilli))
      )
    const since = yield* instant("--since", options.since)
    const until = yield* instant("--until", options.until)
    return { ...given("since", since), ...given("until", until) }
  })
