import { resolve } from "node:path"
import * as ImageRef from "@gantry/core/image/ImageRef"
import type { Platform } from "@gantry/core/image/Platform"
import { imageForPlatform } from "@gantry/engine/images/image-for-platform"
import { imagesToSave, type NamedImage } from "@gantry/engine/images/images-to-save"
import { savePlain } from "@gantry/engine/verbs/save"
import * as Effect from "effect/Effect"
import { save as table } from "../argv/tables/save.ts"
import { define } from "./define.ts"
import { platformOf } from "./platform-of.ts"
import { receivedLayers } from "./received-layers.ts"
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
    const meant = yield* imagesToSave(operands)
    const images = platform === undefined ? meant : yield* forPlatform(meant, platform)
    const received = yield* receivedLayers(options.notIn, terminal.cwd)
    const place = `${kind}:${output === undefined ? "/dev/stdout" : resolve(terminal.cwd, output)}`
    yield* savePlain(place, images, received)
    const left = new Set(images.flatMap(({ image }) => image.stack)).intersection(received).size
    if (options.notIn.length > 0) terminal.err(`gantry: left out ${left} ${left === 1 ? "layer" : "layers"}\n`)
    return 0
  })
)

/** The same names with the images that they lead to for a platform, each image once. */
const forPlatform = (meant: ReadonlyArray<NamedImage>, platform: Platform) =>
  Effect.gen(function* () {
    const found = new Map<string, NamedImage>()
    for (const { image, names } of meant) {
      const reference = names[0] === undefined ? image.id : ImageRef.familiar(names[0])
      const { record } = yield* imageForPlatform(reference, image, platform)
      // A name of several platforms is found with each of its images.
      const known = found.get(record.id)?.names ?? []
      const spelled = new Set(known.map(ImageRef.format))
      found.set(record.id, {
        image: record,
        names: [...known, ...names.filter((name) => !spelled.has(ImageRef.format(name)))]
      })
    }
    return [...found.values()]
  })
