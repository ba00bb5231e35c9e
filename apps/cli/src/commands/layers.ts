import { Images } from "@gantry/engine/images/Images"
import { reportLayers } from "@gantry/engine/verbs/layers"
import * as Effect from "effect/Effect"
import { layers as table } from "../argv/tables/listing.ts"
import { showLayers } from "../show/layer-row.ts"
import { define } from "./define.ts"
import { printObject } from "./print-object.ts"

/** `gantry layers`. */
export default define(table, ({ operands: [name = ""], options }, { terminal }) =>
  Effect.gen(function* () {
    const images = yield* Images
    const report = yield* reportLayers(yield* images.find(name))
    const format = options.json ? "json" : options.format
    if (format !== undefined) return yield* printObject(format, report, { command: "layers", terminal })
    terminal.out(showLayers(report, { truncate: !options.noTrunc, files: options.files }))
    return 0
  })
)
