import { createReadStream, fstatSync, openSync } from "node:fs"
import { resolve } from "node:path"
import { parse as parsePlatform } from "@gantry/core/image/Platform"
import { BadImageName } from "@gantry/engine/EngineError"
import { parseName } from "@gantry/engine/images/Images"
import { importImage } from "@gantry/engine/verbs/import-image"
import * as Effect from "effect/Effect"
import { importImage as table } from "../argv/tables/archive.ts"
import { define } from "./define.ts"
import { reasonOf } from "./file-problem.ts"
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
    if (file === "-" && terminal.stdinIsTerminal) {
      return yield* new Usage({
        message: "no archive on standard input",
        hint: "gantry import - < root.tar",
        status: 1
      })
    }
    const archive =
      file === "-"
        ? process.stdin
        : yield* Effect.try({
            try: () => {
              const fd = openSync(resolve(terminal.cwd, file), "r")
              if (fstatSync(fd).isDirectory()) throw new Error("it is a directory")
              return createReadStream("", { fd })
            },
            catch: (cause) =>
              new Usage({
                message: `${file} cannot be read: ${reasonOf(cause)}`,
                status: 1
              })
          })
    const { id } = yield* importImage({
      archive,
      called: file === "-" ? "standard input" : file,
      changes: options.change,
      comment: options.message ?? `Imported from ${file}`,
      names: ref === undefined ? [] : [ref],
      ...given("platform", platform)
    })
    terminal.out(`${id}\n`)
    return 0
  })
)
