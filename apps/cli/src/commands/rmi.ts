import { Images } from "@gantry/engine/images/Images"
import { removeImage } from "@gantry/engine/verbs/remove-image"
import * as Effect from "effect/Effect"
import { rmi as table } from "../argv/tables/image.ts"
import { define } from "./define.ts"
import { each } from "./each.ts"

/** `gantry rmi`. */
export default define(table, ({ operands, options }, { terminal }) =>
  each(operands, terminal, (text) =>
    Effect.gen(function* () {
      const image = yield* (yield* Images).find(text)
      const removals = yield* removeImage(text, image, { force: options.force })
      return removals
        .map((removal) => ("untagged" in removal ? `Untagged: ${removal.untagged}` : `Deleted: ${removal.deleted}`))
        .join("\n")
    })
  )
)
