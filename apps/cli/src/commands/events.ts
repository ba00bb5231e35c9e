import { eventFilterKeys } from "@gantry/engine/events/event-filter"
import { watchEvents } from "@gantry/engine/events/watch-events"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { events as table } from "../argv/tables/events.ts"
import { parseFilters } from "../argv/values/filters.ts"
import { eventLine } from "../show/event-line.ts"
import { define } from "./define.ts"
import { spanOf } from "./event-span.ts"
import { Usage } from "./Usage.ts"

/** `gantry events`: what happens, until somebody ends it or the time of `--until` has come. */
export default define(table, ({ options }, { terminal }) =>
  Effect.gen(function* () {
    const span = yield* spanOf(options, terminal.now())
    const refused = (message: string) => new Usage({ message, hint: "see gantry events --help", status: 1 })
    const filters = parseFilters(options.filter, eventFilterKeys)
    if (!filters.ok) return yield* refused(filters.problem)
    const line = eventLine(options.format)
    if (!line.ok) return yield* new Usage({ message: line.problem, status: 64 })
    yield* Stream.runForEach(watchEvents({ filters: filters.value, ...span }), (event) => {
      const text = line.value(event)
      return text.ok ? Effect.sync(() => terminal.out(`${text.value}\n`)) : refused(text.problem)
    })
    return 0
  })
)
