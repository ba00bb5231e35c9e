import { BadImageName } from "@gantry/engine/EngineError"
import { Images, parseName } from "@gantry/engine/images/Images"
import * as Effect from "effect/Effect"
import { tag as table } from "../argv/tables/image.ts"
import { define } from "./define.ts"

/** `gantry tag`. */
export default define(table, ({ operands: [source = "", target = ""] }) =>
  Effect.gen(function* () {
    const images = yield* Images
    const name = yield* parseName(target)
    if (name.digest !== undefined) {
      return yield* new BadImageName({ text: target, why: "refusing to create a tag with a digest reference" })
    }
    yield* images.tag(name, (yield* images.find(source)).id)
    return 0
  })
)
