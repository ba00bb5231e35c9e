import { resolve } from "node:path"
import { suits } from "@gantry/engine/images/choose-platform"
import { format as formatPlatform, type Platform } from "@gantry/core/image/Platform"
import { WrongPlatform } from "@gantry/engine/EngineError"
import { Images } from "@gantry/engine/images/Images"
import { imagesToSave, type NamedImage } from "@gantry/engine/images/images-to-save"
import { savePlain } from "@gantry/engine/verbs/save"
import * as Effect from "effect/Effect"
import { save as table } from "../argv/tables/save.ts"
import { define } from "./define.ts"
import { platformOf } from "./platform-of.ts"
import { badValue, Usage } from "./Usage.ts"

/** Podman's words for what can be written, and what names of images call such places. */
const kinds: { readonly [format: string]: string } = {
  "docker-archive": "docker-archive",
  "oci-archive": "oci-archive",
  "oci-dir": "oci"
}

/** `gantry save`. */
export default define(table, ({ operands, options }, { terminal }) =>
  Effect.gen(function* () {
    const format = options.format ?? "docker-archive"
    const kind = kinds[format]
    if (kind === undefined) {
      return yield* badValue(
        `invalid argument ${JSON.stringify(format)} for "--format" flag`,
        `the formats are ${Object.keys(kinds).join(", ")}`
      )
    }
    const platform = yield* platformOf(options.platform)
    const { output } = options
    if (output === undefined && format === "oci-dir") {
      return yield* new Usage({ message: "a folder is needed to write to", hint: "name one with -o", status: 1 })
    }
    if (output === undefined && terminal.stdoutIsTerminal) {
      return yield* new Usage({
        message: "cowardly refusing to save to a terminal",
        hint: "use the -o flag or redirect",
        status: 1
      })
    }
    const images = yield* imagesToSave(operands)
    if (platform !== undefined) yield* Effect.forEach(images, (image) => check(image, platform), { discard: true })
    yield* savePlain(`${kind}:${output === undefined ? "/dev/stdout" : resolve(terminal.cwd, output)}`, images)
    return 0
  })
)

const check = ({ image }: NamedImage, platform: Platform) =>
  Effect.gen(function* () {
    const config = yield* (yield* Images).config(image)
    if (suits(config, platform) !== undefined) return
    const reference = image.names[0] ?? image.id
    return yield* new WrongPlatform({ reference, wanted: formatPlatform(platform), found: formatPlatform(config) })
  })
