import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync
} from "node:fs"
import { basename } from "node:path"
import { makePassable } from "@gantry/core/make-passable"
import { loadSyscallsSync } from "@gantry/linux/load"
import { supervisorKind } from "../root-names.ts"
import { currentState, mark, writeState } from "../supervisor/state.ts"
import { startSupervisor, type WaitingSupervisor } from "../supervisor/client.ts"
import type { Directing } from "../supervisor/direct.ts"
import type { Job } from "../supervisor/job.ts"
import type { LaunchBeginning } from "../supervisor/open-launch.ts"
import { openSteering } from "../supervisor/steer.ts"
import { reveal, type SecretTexts } from "../supervisor/withhold.ts"
import { noteGroup } from "./containers-group.ts"
import { ownedName } from "./owned-name.ts"

/** A supervisor that waits, and the file of its complaints. */
export interface OpenedSupervisor extends WaitingSupervisor {
  readonly complaints: string
}

/**
 * Starts a supervisor for a container's directory, which need not be there yet: what it complains of while it waits lies
 * in the root directory, under the name of this process.
 */
export const openSupervisor = (
  self: ReadonlyArray<string>,
  root: string,
  directory: string,
  likely: LaunchBeginning | undefined
): OpenedSupervisor => {
  makePassable(root)
  const complaints = `${root}/${ownedName(supervisorKind, basename(directory).slice(0, 12))}`
  const stderr = openSync(complaints, "w", 0o600)
  const steering = likely === undefined ? undefined : openSteering(loadSyscallsSync(), likely)
  try {
    return { ...startSupervisor(self, directory, { file: complaints, stderr, likely, steering }), complaints }
  } catch (error) {
    steering?.close()
    throw error
  } finally {
    closeSync(stderr)
  }
}

/**
 * Writes down what a waiting supervisor is to do, in the container's directory, and has it begin. From here on whoever
 * looks at the directory knows of the supervisor, also when this process is killed. Returns how the container's first
 * process is put together, where the supervisor waits for this one to do that. `texts`: the secrets that the job is
 * without.
 */
export const giveJob = (
  directory: string,
  job: Job,
  { begin, complaints, conversation, pid, steering }: OpenedSupervisor,
  { directing, texts }: { readonly directing: Directing | undefined; readonly texts: SecretTexts }
): (() => Promise<void>) | undefined => {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  // Before anybody can know of the supervisor: whoever ends it looks for the group.
  noteGroup(directory, job.group, job.spec)
  const supervisor = pid === undefined ? undefined : mark(pid)
  if (supervisor !== undefined) {
    writeState(directory, { state: currentState(directory), starting: true, supervisor })
  }
  renameSync(complaints, `${directory}/supervisor.log`)
  writeFileSync(`${directory}/job.json`, JSON.stringify(job), { mode: 0o600 })
  const { plan, spec, supervision } = job
  const handOver = () => texts.forEach((text, placeholder) => conversation.tell({ type: "secret", placeholder, text }))
  if (
    directing !== undefined &&
    steering?.fits({ plan, terminal: spec.process.tty, stdin: supervision.stdin }) === true
  ) {
    steering.begin()
    handOver()
    return () => steering.steer(reveal(plan, texts), directing)
  }
  steering?.close()
  begin()
  handOver()
  return undefined
}

/** What the supervisor of a container was told last. Throws when it was never started. */
export const jobIn = (directory: string): Job => JSON.parse(readFileSync(`${directory}/job.json`, "utf8"))

/** What a supervisor that ended too early has written to its standard error. */
export const lastWords = (directory: string): string => {
  const path = `${directory}/supervisor.log`
  const text = existsSync(path) ? readFileSync(path, "utf8").trim() : ""
  return text === "" ? "it ended without a word" : text.slice(-2000)
}

/** Files in a container's directory that are the runtime's; the rest belongs to others. */
const ownFiles = new Set([
  "group",
  "health.json",
  "health.json.new",
  "job.json",
  "state.json",
  "state.json.new",
  "supervisor.log",
  "log.json"
])

/** Removes what the runtime keeps in a container's directory: its logs too, and nothing of others. */
export const clearHome = (directory: string): void => {
  // Most of them are never there, and this is what `run --rm` ends with.
  for (const name of existsSync(directory) ? readdirSync(directory) : []) {
    if (ownFiles.has(name) || /^log\.json\.(?:[1-9]|next)$/.test(name)) rmSync(`${directory}/${name}`, { force: true })
  }
}
