import { reset, resetList } from "@gantry/engine/verbs/reset"
import * as Effect from "effect/Effect"
import { reset as table } from "../argv/tables/system.ts"
import { ask } from "../ask.ts"
import { define } from "./define.ts"
import { badValue } from "./Usage.ts"

/** `gantry system reset`. */
export default define(table, ({ options }, { terminal }) =>
  Effect.gen(function* () {
    const list = yield* resetList
    const lines = [
      `${list.root}: everything gantry keeps there`,
      ...list.containers.map((name) => `container ${name}`),
      ...list.volumes.map((name) => `volume ${name}`),
      `${list.images} images, the build cache, and the networks`
    ]
    if (options.dryRun) {
      terminal.out(`${lines.join("\n")}\n`)
      return 0
    }
    if (!options.force) {
      if (!terminal.stdinIsTerminal) return yield* badValue("nobody can be asked here", "give --force")
      terminal.err(`This removes:\n  ${lines.join("\n  ")}\n`)
      if (!(yield* ask("Remove all of it? [y/N] ", terminal))) return 1
    }
    yield* reset
    return 0
  })
)
