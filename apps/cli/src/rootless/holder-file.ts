import { readdirSync, readFileSync, readlinkSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { isAlive, type ProcessIdentity } from "@gantry/linux/process-identity"

/** What is known of the process that holds a user's namespaces. */
export interface Holder extends ProcessIdentity {
  /** What the kernel calls its namespaces: `user:[4026532…]`. */
  readonly namespaces: { readonly user: string; readonly net: string }
  /** Why containers in networks of their own have no way out, when they have none. */
  readonly closed?: string
}

const fileOf = (run: string): string => join(run, "holder.json")

const lastHolder = (run: string): Holder | undefined => {
  try {
    return JSON.parse(readFileSync(fileOf(run), "utf8")) as Holder
  } catch {
    return undefined
  }
}

/** The holder that runs; undefined when there is none. */
export const readHolder = (run: string): Holder | undefined => {
  const holder = lastHolder(run)
  return holder !== undefined && isAlive(holder) ? holder : undefined
}

/** What the kernel calls the namespaces of a process. Throws when it has ended, or is somebody else's. */
export const namespacesOf = (process: number): Holder["namespaces"] => ({
  user: readlinkSync(`/proc/${process}/ns/user`),
  net: readlinkSync(`/proc/${process}/ns/net`)
})

/**
 * A process that is still in the namespaces of a holder that was killed, a container's supervisor: through it a new
 * holder comes into the same ones, and to the containers that run there.
 */
export const survivorOf = (run: string): number | undefined => {
  const lost = lastHolder(run)?.namespaces
  if (lost === undefined) return undefined
  const found = readdirSync("/proc").find((name) => {
    if (!/^\d+$/.test(name)) return false
    try {
      const { net, user } = namespacesOf(Number(name))
      return user === lost.user && net === lost.net
    } catch {
      return false
    }
  })
  return found === undefined ? undefined : Number(found)
}

/** Writes down who holds the namespaces, in one step. */
export const writeHolder = (run: string, holder: Holder): void => {
  writeFileSync(`${fileOf(run)}.new`, JSON.stringify(holder), { mode: 0o600 })
  renameSync(`${fileOf(run)}.new`, fileOf(run))
}
