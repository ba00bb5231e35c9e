import { Containers } from "@gantry/engine/containers/Containers"
import { BadImageName } from "@gantry/engine/EngineError"
import { parseName } from "@gantry/engine/images/Images"
import { commitContainer } from "@gantry/engine/verbs/commit"
import * as Effect from "effect/Effect"
import { commit as table } from "../argv/tables/commit.ts"
import { define } from "./define.ts"
import { given } from "./read-values.ts"

/** `gantry commit`: prints the ID of the image. */
export default define(table, ({ operands: [name = "", text], options }, { terminal }) =>
  Effect.gen(function* () {
    const container = yield* (yield* Containers).find(name)
    const ref = text === undefined ? undefined : yield* parseName(text)
    if (text !== undefined && ref?.digest !== undefined) {
      return yield* new BadImageName({ text, why: "an image cannot be made under a digest" })
    }
    const { id } = yield* commitContainer({
      container,
      ...given("author", options.author),
      comment: options.message ?? "",
      changes: options.change,
      pause: options.pause,
      allowSecretLeak: options.allowSecretLeak,
      names: ref === undefined ? [] : [ref]
    })
    terminal.out(`${id}\n`)
    return 0
  })
)
