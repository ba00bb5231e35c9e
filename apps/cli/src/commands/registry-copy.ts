import * as ImageSource from "@gantry/core/image/ImageSource"
import { BadImageName } from "@gantry/engine/EngineError"
import { copyImage } from "@gantry/engine/verbs/copy-image"
import * as Effect from "effect/Effect"
import { registryCopy as table } from "../argv/tables/registry.ts"
import { define } from "./define.ts"
import { placeNamed } from "./place-named.ts"
import { withTrust } from "./registry-trust.ts"

/** `gantry registry copy`. */
export default define(table, ({ given, operands: [source = "", destination = ""], options }, { terminal }) =>
  Effect.gen(function* () {
    const from = yield* placeNamed(source, terminal.cwd)
    const to = yield* placeNamed(destination, terminal.cwd)
    if (to.digest !== undefined) {
      return yield* new BadImageName({ text: destination, why: "cannot copy to a digest: name a tag" })
    }
    const { digest, sent, there } = yield* copyImage(from, to)
    terminal.out(
      options.quiet
        ? `${digest}\n`
        : `${ImageSource.shown(from)} -> ${ImageSource.shown(to)}\n${digest}, ${sent} blobs sent, ${there} there already\n`
    )
    return 0
  }).pipe(withTrust(options, given, terminal.cwd))
)
