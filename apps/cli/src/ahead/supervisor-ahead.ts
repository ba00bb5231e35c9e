import type { SettingsShape } from "@gantry/core/Settings"
import { directoryOf } from "@gantry/engine/containers/directory-of"
import { newId } from "@gantry/engine/containers/new-id"
import { openSupervisor } from "@gantry/engine/containers/supervisor-home"
import { usualLaunch } from "./plans.ts"
import { parse } from "../argv/parse.ts"
import { run as table } from "../argv/tables/run.ts"
import type { Begun } from "./Begun.ts"

/** The supervisor of the container that `gantry run` is about to make, and its first process with it. */
export const supervisorAhead = (
  words: ReadonlyArray<string>,
  args: ReadonlyArray<string>,
  { root, self }: SettingsShape
): Begun => {
  const parsed = parse(table, words, args)
  if (!parsed.ok || parsed.value.help || parsed.value.unsupported.length > 0) return {}
  const { interactive, network, tty } = parsed.value.options
  const id = newId()
  const likely = {
    plan: usualLaunch(self, network.includes("host") ? "host" : "own"),
    terminal: tty,
    stdin: interactive
  }
  return { supervisor: { id, supervisor: openSupervisor(self, root, directoryOf(root, id), likely) } }
}
