import { readFileSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { isAlive, type ProcessIdentity } from "@gantry/linux/process-identity"

/** What is known of the process that holds a user's namespaces. */
export interface Holder extends ProcessIdentity {
  /** Why containers in networks of their own have no way out, when they have none. */
  readonly closed?: string
}

const fileOf = (run: string): string => join(run, "holder.json")

/** The holder that runs; undefined when there is none. */
export const readHolder = (run: string): Holder | undefined => {
  try {
    const holder = JSON.parse(readFileSync(fileOf(run), "utf8")) as Holder
    return isAlive(holder) ? holder : undefined
  } catch {
    return undefined
  }
}

/** Writes down who holds the namespaces, in one step. */
export const writeHolder = (run: string, holder: Holder): void => {
  writeFileSync(`${fileOf(run)}.new`, JSON.stringify(holder), { mode: 0o600 })
  renameSync(`${fileOf(run)}.new`, fileOf(run))
}
