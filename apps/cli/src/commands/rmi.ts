import { Images } from "@gantry/engine/images/Images"
import { removeImage } from "@gantry/engine/verbs/remove-image"
import * as Effect from "effect/Effect"
import { rmi as table } from "../argv/tables/image.ts"
import { complaint } from "../show/complaint.ts"
import { define } from "./define.ts"
import { each } from "./each.ts"
import { platformsOf } from "./platform-of.ts"

/** `gantry rmi`. With `--force`, an image that is not there is no failure. */
export default define(table, ({ operands, options }, { terminal }) =>
  Effect.gen(function* () {
    const platforms = yield* platformsOf(options.platform, terminal.arch)
    return yield* each(operands, terminal, (text) =>
      Effect.gen(function* () {
        const image = yield* (yield* Images).find(text)
        const { force } = options
        const removals = yield* platforms.length === 0
          ? removeImage(text, image, { force })
          : Effect.flatMap(loadRemovePlatforms, (removePlatforms) => removePlatforms(text, image, { force, platforms }))
        return removals
          .map((removal) => ("untagged" in removal ? `Untagged: ${removal.untagged}` : `Deleted: ${removal.deleted}`))
          .join("\n")
      }).pipe(
        Effect.catchTag("NoSuchImage", (missing) => {
          if (!options.force) return Effect.fail(missing)
          terminal.err(complaint(missing, terminal))
          return Effect.succeed(undefined)
        })
      )
    )
  })
)

const loadRemovePlatforms = Effect.map(
  Effect.promise(() => import("@gantry/engine/verbs/remove-platform")),
  ({ removePlatforms }) => removePlatforms
)
