import { statSync } from "node:fs"
import { resolve } from "node:path"
import * as ImageRef from "@gantry/core/image/ImageRef"
import { load } from "@gantry/engine/verbs/load"
import * as Effect from "effect/Effect"
import { load as table } from "../argv/tables/save.ts"
import { define } from "./define.ts"
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
    const folder = input !== undefined && statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
    const loaded = yield* load(`${folder ? "oci" : "oci-archive"}:${path}`, {
      ...given("platform", platform),
      nameless: input === undefined
    })
    for (const { id, names } of loaded) {
      if (names.length === 0) terminal.out(`Loaded image ID: ${id}\n`)
      for (const name of names) terminal.out(`Loaded image: ${ImageRef.familiar(name)}\n`)
    }
    return 0
  })
)
