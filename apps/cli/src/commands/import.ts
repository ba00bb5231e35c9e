import { parse as parsePlatform } from "@gantry/core/image/Platform"
import { BadImageName } from "@gantry/engine/EngineError"
import { parseName } from "@gantry/engine/images/Images"
import { importImage } from "@gantry/engine/verbs/import-image"
import * as Effect from "effect/Effect"
import { importImage as table } from "../argv/tables/archive.ts"
import { define } from "./define.ts"
import { fetchArchive } from "./fetch-archive.ts"
import { type OpenedArchive, openArchive } from "./open-archive.ts"
import { given } from "./read-values.ts"
import { badValue, Usage } from "./Usage.ts"

/** `gantry import`: prints the ID of the image. */
export default define(table, ({ operands: [file = "", name], options }, { terminal }) =>
  Effect.gen(function* () {
    const isAddress = /^https?:\/\//i.test(file)
    if (!isAddress && /^[a-z]+:\/\//i.test(file)) {
      return yield* new Usage({
        message: `import cannot fetch ${file}`,
        hint: "give a file, an http or https address, or - for standard input",
        status: 1
      })
    }
    const url = isAddress && URL.canParse(file) ? new URL(file) : undefined
    if (isAddress && url === undefined) return yield* badValue(`"${file}" is no address`)
    const platform = options.platform === undefined ? undefined : parsePlatform(options.platform)
    if (options.platform !== undefined && platform === undefined) {
      return yield* badValue(`--platform ${options.platform}: not os/arch[/variant]`)
    }
    const ref = name === undefined ? undefined : yield* parseName(name)
    if (name !== undefined && ref?.digest !== undefined) {
      return yield* new BadImageName({ text: name, why: "an image cannot be made under a digest" })
    }
    const make = ({ archive, called }: OpenedArchive) =>
      importImage({
        archive,
        called,
        changes: options.change,
        comment: options.message ?? `Imported from ${url === undefined ? file : called}`,
        names: ref === undefined ? [] : [ref],
        ...given("platform", platform)
      })
    const { id } = yield* url === undefined
      ? Effect.flatMap(openArchive(file, "gantry import - < root.tar", terminal), make)
      : Effect.flatMap(fetchArchive(url), (fetched) => fetched.explained(make(fetched))).pipe(Effect.scoped)
    terminal.out(`${id}\n`)
    return 0
  })
)
