import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { startSupervisor, type WaitingSupervisor } from "../supervisor/client.ts"
import type { Job } from "../supervisor/job.ts"

/** Starts a supervisor in a container's directory, which is made for it. */
export const openSupervisor = (self: ReadonlyArray<string>, directory: string): WaitingSupervisor => {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const complaints = openSync(`${directory}/supervisor.log`, "w", 0o600)
  try {
    return startSupervisor(self, directory, complaints)
  } finally {
    closeSync(complaints)
  }
}

/** Writes down what a waiting supervisor is to do, and has it begin. */
export const giveJob = (directory: string, job: Job, { begin }: WaitingSupervisor): void => {
  rmSync(`${directory}/state.json`, { force: true })
  writeFileSync(`${directory}/job.json`, JSON.stringify(job), { mode: 0o600 })
  begin()
}

/** What a supervisor that ended too early has written to its standard error. */
export const lastWords = (directory: string): string => {
  const path = `${directory}/supervisor.log`
  const text = existsSync(path) ? readFileSync(path, "utf8").trim() : ""
  return text === "" ? "it ended without a word" : text.slice(-2000)
}

/** Files in a container's directory that are the runtime's; the rest belongs to others. */
const ownFiles = [
  "health.json",
  "health.json.new",
  "job.json",
  "state.json",
  "state.json.new",
  "supervisor.log",
  "log.json"
]

/** Removes what the runtime keeps in a container's directory: its logs too, and nothing of others. */
export const clearHome = (directory: string): void => {
  const rotated = Array.from({ length: 9 }, (_, number) => `log.json.${number + 1}`)
  for (const name of [...ownFiles, ...rotated]) rmSync(`${directory}/${name}`, { force: true })
}
