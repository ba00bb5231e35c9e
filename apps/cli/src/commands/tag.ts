import * as ImageRef from "@gantry/core/image/ImageRef"
import { BadImageName } from "@gantry/engine/EngineError"
import { Images, parseName } from "@gantry/engine/images/Images"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
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
    if (ImageRef.familiarName(name) === "sha256") {
      const why = "refusing to create an ambiguous tag using digest algorithm as name"
      return yield* new BadImageName({ text: target, why })
    }
    // A name of several platforms gets all of them another one.
    const like = Either.getOrUndefined(ImageRef.parse(source))
    yield* images.tag(name, (yield* images.find(source)).id, like)
    return 0
  })
)
