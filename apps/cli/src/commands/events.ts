import { eventFilterKeys } from "@gantry/engine/events/event-filter"
import { watchEvents } from "@gantry/engine/events/watch-events"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { events as table } from "../argv/tables/events.ts"
import { parseFilters } from "../argv/values/filters.ts"
import { parseInstant } from "../argv/values/instant.ts"
import { eventLine } from "../show/event-line.ts"
import { define } from "./define.ts"
import { given, optionalOf } from "./read-values.ts"
import { Usage } from "./Usage.ts"

const perMilli = 1_000_000n

/** `gantry events`: what happens, until somebody ends it or the time of `--until` has come. */
export default define(table, ({ options }, { terminal }) =>
  Effect.gen(function* () {
    const now = BigInt(terminal.now()) * perMilli
    const instant = (option: string, text: string | undefined) =>
      Effect.map(
        optionalOf(option, text, (each) => parseInstant(each, now)),
        (nanos) => (nanos === undefined ? undefined : Number(nanos / perMilli))
      )
    const since = yield* instant("--since", options.since)
    const until = yield* instant("--until", options.until)
    const refused = (message: string) => new Usage({ message, hint: "see gantry events --help", status: 1 })
    const filters = parseFilters(options.filter, eventFilterKeys)
    if (!filters.ok) return yield* refused(filters.problem)
    const line = eventLine(options.format)
    if (!line.ok) return yield* new Usage({ message: line.problem, status: 64 })
    yield* Stream.runForEach(
      watchEvents({ filters: filters.value, ...given("since", since), ...given("until", until) }),
      (event) => {
        const text = line.value(event)
        return text.ok ? Effect.sync(() => terminal.out(`${text.value}\n`)) : refused(text.problem)
      }
    )
    return 0
  })
)
