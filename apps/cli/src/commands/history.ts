import { LayerStore } from "@gantry/core/store/LayerStore"
import { imageForPlatform } from "@gantry/engine/images/image-for-platform"
import { Images } from "@gantry/engine/images/Images"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { history as table } from "../argv/tables/listing.ts"
import { historyColumns, type HistoryFacts, historyHeaders, historyRow } from "../show/history-row.ts"
import { define } from "./define.ts"
import { platformOf } from "./platform-of.ts"
import { printListing } from "./listing.ts"

/** `gantry history`: one row an instruction, the last first; instructions that added no layer are 0B. */
export default define(table, ({ operands: [name = ""], options }, { terminal }) =>
  Effect.gen(function* () {
    const images = yield* Images
    const layers = yield* LayerStore
    const platform = yield* platformOf(options.platform)
    const { config, record: image } = yield* imageForPlatform(name, yield* images.find(name), platform)
    let next = 0
    const facts: Array<HistoryFacts> = []
    for (const entry of config.history) {
      const layer = entry.empty_layer === true ? undefined : image.stack[next++]
      const info = layer === undefined ? Option.none() : yield* layers.get(layer)
      facts.push({
        ...(entry.created === undefined ? {} : { createdAt: Date.parse(entry.created) }),
        createdBy: entry.created_by ?? "",
        size: Option.match(info, { onNone: () => 0, onSome: ({ size }) => size }),
        comment: entry.comment ?? ""
      })
    }
    const now = terminal.now()
    const rows = facts.toReversed().map((each, at) =>
      historyRow(at === 0 ? { ...each, id: image.id } : each, {
        now,
        truncate: !options.noTrunc,
        human: options.human
      })
    )
    return yield* printListing(
      options.format,
      {
        noTrunc: options.noTrunc,
        rows,
        headers: historyHeaders,
        columns: options.human
          ? historyColumns
          : historyColumns.map((column) => (column === "CreatedSince" ? "CreatedAt" : column)),
        ...(options.quiet ? { only: "ID" } : {})
      },
      terminal
    )
  })
)
