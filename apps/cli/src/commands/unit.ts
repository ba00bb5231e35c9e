import { Containers } from "@gantry/engine/containers/Containers"
import { systemdUnit } from "@gantry/engine/containers/systemd-unit"
import * as Effect from "effect/Effect"
import { unit as table } from "../argv/tables/system.ts"
import { define } from "./define.ts"
import { badValue } from "./Usage.ts"

/** `gantry unit`: prints a unit for systemd; installing it is the caller's affair. */
export default define(table, ({ operands: [name], options: { all, user } }, { settings, terminal }) =>
  Effect.gen(function* () {
    if (all === (name !== undefined)) return yield* badValue("name one container, or say --all")
    const command = [...settings.self, "--root", settings.root, "--run", settings.run]
    if (name === undefined) {
      terminal.out(systemdUnit({ command, user }))
      return 0
    }
    const record = yield* (yield* Containers).find(name)
    const { stopTimeout } = record.options
    terminal.out(systemdUnit({ command, user, container: { name: record.name, stopTimeout } }))
    return 0
  })
)
