import { accessSync, constants, statSync } from "node:fs"
import { resolve } from "node:path"
import * as ImageRef from "@gantry/core/image/ImageRef"
import { load } from "@gantry/engine/verbs/load"
import * as Effect from "effect/Effect"
import { load as table } from "../argv/tables/save.ts"
import { define } from "./define.ts"
import { reasonOf } from "@gantry/engine/file-problem"
import { platformOf } from "./platform-of.ts"
import { given } from "./read-values.ts"
import { Usage } from "./Usage.ts"

/** `gantry load`: what kind of archive it is, is seen from what is in it. */
export default define(table, ({ options: { input, platform: wanted } }, { terminal }) =>
  Effect.gen(function* () {
    const platform = yield* platformOf(wanted)
    if (input === undefined && terminal.stdinIsTerminal) {
      return yield* new Usage({
        message: "requested load from stdin, but stdin is empty",
        hint: "name an archive with -i, or redirect standard input",
        status: 1
      })
    }
    const path = input === undefined ? "/dev/stdin" : resolve(terminal.cwd, input)
    const folder = input !== undefined && (yield* isFolder(input, path))
    const loaded = yield* load(`${folder ? "oci" : "oci-archive"}:${path}`, {
      ...given("platform", platform),
      nameless: input === undefined
    }).pipe(
      // Whoever loads a file did not call it a place.
      Effect.catchTag("LocalPlaceFailed", ({ why }) =>
        Effect.fail(
          new Usage({ message: `${input ?? "standard input"} cannot be loaded: ${why}`, ...hintOf(folder), status: 1 })
        )
      )
    )
    for (const { id, names } of loaded) {
      if (names.length === 0) terminal.out(`Loaded image ID: ${id}\n`)
      for (const name of names) terminal.out(`Loaded image: ${ImageRef.familiar(name)}\n`)
    }
    return 0
  })
)

/** Whether it is a folder. Fails as `open` does when it cannot be read. */
const isFolder = (input: string, path: string): Effect.Effect<boolean, Usage> =>
  Effect.try({
    try: () => {
      // It is not opened: whoever writes into a named pipe would be told that nobody reads it.
      accessSync(path, constants.R_OK)
      return statSync(path).isDirectory()
    },
    catch: (cause) => new Usage({ message: `open ${input}: ${reasonOf(cause)}`, hint: "check the path", status: 1 })
  })

const hintOf = (folder: boolean) => ({
  hint: folder
    ? "it reads folders that are OCI layouts: gantry save --format oci-dir makes one"
    : "it reads archives of save; gantry import makes an image of a file system's archive"
})
