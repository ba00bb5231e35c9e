import { parse as parsePlatform } from "@gantry/core/image/Platform"
import { BadImageName } from "@gantry/engine/EngineError"
import { parseName } from "@gantry/engine/images/Images"
import { importImage } from "@gantry/engine/verbs/import-image"
import * as Effect from "effect/Effect"
import { importImage as table } from "../argv/tables/archive.ts"
import { define } from "./define.ts"
import { openArchive } from "./open-archive.ts"
import { given } from "./read-values.ts"
import { badValue, Usage } from "./Usage.ts"

/** `gantry import`: prints the ID of the image. */
export default define(table, ({ operands: [file = "", name], options }, { terminal }) =>
  Effect.gen(function* () {
    if (/^[a-z]+:\/\//i.test(file)) {
      return yield* new Usage({
        message: "import reads files and standard input, not URLs",
        hint: `curl -fL ${file} | gantry import -${name === undefined ? "" : ` ${name}`}`,
        status: 1
      })
    }
    const platform = options.platform === undefined ? undefined : parsePlatform(options.platform)
    if (options.platform !== undefined && platform === undefined) {
      return yield* badValue(`--platform ${options.platform}: not os/arch[/variant]`)
    }
    const ref = name === undefined ? undefined : yield* parseName(name)
    if (name !== undefined && ref?.digest !== undefined) {
      return yield* new BadImageName({ text: name, why: "an image cannot be made under a digest" })
    }
    const { archive, called } = yield* openArchive(file, "gantry import - < root.tar", terminal)
    const { id } = yield* importImage({
      archive,
      called,
      changes: options.change,
      comment: options.message ?? `Imported from ${file}`,
      names: ref === undefined ? [] : [ref],
      ...given("platform", platform)
    })
    terminal.out(`${id}\n`)
    return 0
  })
)
