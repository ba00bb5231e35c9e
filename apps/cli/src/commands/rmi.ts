import { Images } from "@gantry/engine/images/Images"
import { removeImage } from "@gantry/engine/verbs/remove-image"
import * as Effect from "effect/Effect"
import { rmi as table } from "../argv/tables/image.ts"
import { define } from "./define.ts"
import { each } from "./each.ts"

/** `gantry rmi`. With `--force`, an image that is not there is no failure. */
export default define(table, ({ operands, options }, { terminal }) =>
  each(operands, terminal, (text) =>
    Effect.gen(function* () {
      const image = yield* (yield* Images).find(text)
      const removals = yield* removeImage(text, image, { force: options.force })
      return removals
        .map((removal) => ("untagged" in removal ? `Untagged: ${removal.untagged}` : `Deleted: ${removal.deleted}`))
        .join("\n")
    }).pipe(
      Effect.catchTag("NoSuchImage", (missing) => {
        if (!options.force) return Effect.fail(missing)
        terminal.err(`gantry: ${missing.message}\n`)
        return Effect.succeed(undefined)
      })
    )
  )
)
