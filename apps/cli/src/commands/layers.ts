import { Images } from "@gantry/engine/images/Images"
import { reportLayers } from "@gantry/engine/verbs/layers"
import * as Effect from "effect/Effect"
import { layers as table } from "../argv/tables/listing.ts"
import { jsonCompact } from "../show/json.ts"
import { showLayers } from "../show/layer-row.ts"
import { define } from "./define.ts"

/** `gantry layers`. */
export default define(table, ({ operands: [name = ""], options }, { terminal }) =>
  Effect.gen(function* () {
    const images = yield* Images
    const report = yield* reportLayers(yield* images.find(name))
    terminal.out(
      options.json
        ? `${jsonCompact(report)}\n`
        : showLayers(report, { truncate: !options.noTrunc, files: options.files })
    )
    return 0
  })
)
