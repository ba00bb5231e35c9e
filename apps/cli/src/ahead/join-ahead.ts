import { readFileSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import type { SettingsShape } from "@gantry/core/Settings"
import { databasePath } from "@gantry/core/state/database-path"
import { loadSyscallsSync } from "@gantry/linux/load"
import { callersStreams } from "@gantry/engine/containers/callers-streams"
import { directoryOf } from "@gantry/engine/containers/directory-of"
import { exactContainer } from "@gantry/engine/containers/exact-container"
import type { Job } from "@gantry/engine/supervisor/job"
import { openLaunch } from "@gantry/engine/supervisor/open-launch"
import { isAlive, readState } from "@gantry/engine/supervisor/state"
import { joinPlan } from "./plans.ts"
import { parse } from "../argv/parse.ts"
import { exec as table } from "../argv/tables/lifecycle.ts"
import type { Begun } from "./Begun.ts"

/** The process that `gantry exec` is about to add to a running container, unless it is to have a terminal. */
export const joinAhead = (
  words: ReadonlyArray<string>,
  args: ReadonlyArray<string>,
  { root, self }: SettingsShape
): Begun => {
  const parsed = parse(table, words, args)
  if (!parsed.ok || parsed.value.help || parsed.value.options.tty) return {}
  const { operands, options } = parsed.value
  const database = new DatabaseSync(databasePath(root), { readOnly: true })
  const row = database.prepare(exactContainer.sql).get(...exactContainer.values(operands[0] ?? ""))
  database.close()
  if (row === undefined) return {}
  const directory = directoryOf(root, String(row["id"]))
  const first = readState(directory)?.process
  if (first === undefined || !isAlive(first)) return {}
  const { spec } = JSON.parse(readFileSync(`${directory}/job.json`, "utf8")) as Job
  const { privileged } = options
  const plan = joinPlan({ self }, spec, { pid: first.pid, process: spec.process, privileged })
  const inherit = callersStreams({ stdin: options.interactive && !options.detach, discard: options.detach })
  return { join: openLaunch(loadSyscallsSync(), { plan, terminal: false, stdin: false, inherit }) }
}
