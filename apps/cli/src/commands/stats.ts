import { Runtime } from "@gantry/core/runtime/Runtime"
import type { ContainerRecord } from "@gantry/engine/containers/ContainerRecord"
import { Containers } from "@gantry/engine/containers/Containers"
import { isLive } from "@gantry/core/runtime/ContainerState"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { stats as table } from "../argv/tables/watching.ts"
import { type Measured, type Reading, usageColumns, usageHeaders, usageRow } from "../show/usage-row.ts"
import { formatListing } from "../show/template.ts"
import { widthOf } from "../terminal.ts"
import { define } from "./define.ts"
import { Usage } from "./Usage.ts"

/** Milliseconds between two views. */
const pace = 1000

/** How long the first view measures, in milliseconds. */
const firstLook = 200

/** `gantry stats`. */
export default define(table, ({ operands, options }, { terminal }) =>
  Effect.gen(function* () {
    const containers = yield* Containers
    const runtime = yield* Runtime
    const chosen = yield* Effect.forEach(operands, (name) => containers.find(name))
    /** Those that were named, or all that there are now. */
    const wanted = Effect.gen(function* () {
      if (chosen.length > 0) return chosen
      const all = yield* containers.list
      return options.all ? all : yield* Effect.filter(all, ({ id }) => Effect.map(runtime.state(id), isLive))
    })
    const read = (record: ContainerRecord): Effect.Effect<Reading> =>
      Effect.map(Effect.option(runtime.usage(record.id)), (usage) => ({
        at: performance.now(),
        usage: Option.getOrUndefined(usage)
      }))
    const readAll = Effect.flatMap(wanted, (records) =>
      Effect.forEach(records, (record) => Effect.map(read(record), (reading) => ({ record, reading })))
    )
    let before = new Map((yield* readAll).map(({ reading, record }) => [record.id, reading]))
    for (let wait = firstLook; ; wait = pace) {
      yield* Effect.sleep(wait)
      const now = yield* readAll
      const rows = now.map(({ reading, record }) => {
        const measured: Measured = { id: record.id, name: record.name, before: before.get(record.id), now: reading }
        return usageRow(measured, { truncate: !options.noTrunc })
      })
      before = new Map(now.map(({ reading, record }) => [record.id, reading]))
      const text = formatListing(options.format, {
        ...widthOf(terminal),
        rows,
        headers: usageHeaders,
        columns: usageColumns,
        noTrunc: options.noTrunc
      })
      if (!text.ok) return yield* new Usage({ message: text.problem, hint: "see --help for the fields", status: 1 })
      const screen = !options.noStream && terminal.stdoutIsTerminal
      // Home, the view with each line cleared to its end, and what is below it cleared.
      terminal.out(screen ? `\u001b[H${text.value.replaceAll("\n", "\u001b[K\n")}\u001b[J` : text.value)
      if (options.noStream) return 0
    }
  })
)
