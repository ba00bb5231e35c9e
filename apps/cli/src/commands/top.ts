import { Runtime } from "@gantry/core/runtime/Runtime"
import { Containers } from "@gantry/engine/containers/Containers"
import { containerEvent } from "@gantry/engine/events/actors"
import { record as tell } from "@gantry/engine/events/Journal"
import { requireRunning } from "@gantry/engine/containers/require-running"
import { psOfHost } from "@gantry/engine/containers/ps-of-host"
import * as Effect from "effect/Effect"
import { top as table } from "../argv/tables/watching.ts"
import { processTable } from "../show/process-table.ts"
import { rowsOfTable } from "../show/rows-of-table.ts"
import { define } from "./define.ts"
import { printListing } from "./listing.ts"

/** `gantry top`: the processes as the host sees them; with options of ps, what the host's ps says of them. */
export default define(table, ({ operands: [name = "", ...words], options: { format } }, { terminal }) =>
  Effect.gen(function* () {
    const record = yield* (yield* Containers).find(name)
    const runtime = yield* Runtime
    yield* requireRunning(record, { verb: "show the processes of", paused: true })
    const processes = yield* runtime.processes(record.id)
    const lines =
      words.length === 0
        ? processTable(processes, terminal.now())
        : yield* psOfHost(words, new Set(processes.map(({ pid }) => pid)))
    yield* tell(containerEvent(record, "top"))
    if (format !== undefined) {
      const { columns, rows } = rowsOfTable(lines)
      const headers = Object.fromEntries(columns.map((column) => [column, column]))
      return yield* printListing(format, { rows, headers, columns }, terminal)
    }
    terminal.out(lines.map((line) => `${line}\n`).join(""))
    return 0
  })
)
