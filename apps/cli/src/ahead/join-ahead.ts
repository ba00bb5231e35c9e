import { readFileSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import type { FirstProcess } from "@gantry/core/runtime/Launcher"
import type { SettingsShape } from "@gantry/core/Settings"
import { databasePath } from "@gantry/core/state/database-path"
import { loadSyscallsSync } from "@gantry/linux/load"
import { callersStreams } from "@gantry/engine/containers/callers-streams"
import type { ContainerRecord } from "@gantry/engine/containers/ContainerRecord"
import { directoryOf } from "@gantry/engine/containers/directory-of"
import { exactContainer } from "@gantry/engine/containers/exact-container"
import type { Job } from "@gantry/engine/supervisor/job"
import { openDirected } from "@gantry/engine/supervisor/direct"
import type { OpenedLaunch } from "@gantry/engine/supervisor/open-launch"
import { isAlive, readState } from "@gantry/engine/supervisor/state"
import { joinPlan } from "./plans.ts"
import { parse } from "../argv/parse.ts"
import type { Values } from "../argv/Option.ts"
import { exec as table } from "../argv/tables/lifecycle.ts"

/** What `gantry exec` has found out before anything of the engine was loaded. */
export interface ExecAhead {
  /** The process that is about to be added. */
  readonly join: OpenedLaunch
  /** The caller's own streams, as far as it gets them. */
  readonly inherit: ReturnType<typeof callersStreams>
  readonly options: Values<(typeof table)["options"]>
  readonly argv: ReadonlyArray<string>
  readonly container: Pick<ContainerRecord, "id" | "imageName" | "labels" | "name" | "spec">
  readonly job: Job
  readonly first: FirstProcess
}

/** The process that `gantry exec` is about to add to a running container, unless it is to have a terminal. */
export const joinAhead = (
  words: ReadonlyArray<string>,
  args: ReadonlyArray<string>,
  { root }: SettingsShape
): ExecAhead | undefined => {
  const parsed = parse(table, words, args)
  if (!parsed.ok || parsed.value.help || parsed.value.options.tty) return undefined
  const { operands, options } = parsed.value
  const [name = "", ...argv] = operands
  const database = new DatabaseSync(databasePath(root), { readOnly: true })
  const row = database.prepare(exactContainer.sql).get(...exactContainer.values(name))
  database.close()
  if (row === undefined) return undefined
  const id = String(row["id"])
  const directory = directoryOf(root, id)
  const mark = readState(directory)?.process
  if (mark === undefined || !isAlive(mark)) return undefined
  const first = { pid: mark.pid, startTime: mark.startTime }
  const job = JSON.parse(readFileSync(`${directory}/job.json`, "utf8")) as Job
  const { spec } = job
  const { privileged } = options
  const plan = joinPlan({}, spec, { first, process: spec.process, privileged })
  const inherit = callersStreams({ stdin: options.interactive && !options.detach, discard: options.detach })
  if (plan.directed === undefined) return undefined
  const join = openDirected(loadSyscallsSync(), { plan, terminal: false, stdin: false, inherit }, plan.directed)
  const record = JSON.parse(String(row["record"])) as ContainerRecord
  return { join, inherit, options, argv, container: { ...record, id, name: String(row["name"]) }, job, first }
}
