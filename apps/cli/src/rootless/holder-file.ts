import {
  closeSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"
import { LOCK_EX } from "@gantry/linux/constants"
import { loadSyscallsSync } from "@gantry/linux/load"
import { bootId, isAlive, type ProcessIdentity } from "@gantry/linux/process-identity"

/** What is known of the process that holds a user's namespaces. */
export interface Holder extends ProcessIdentity {
  /** The boot that all of this is said of. */
  readonly boot: string
  /** What the kernel calls its namespaces: `user:[4026532…]`. */
  readonly namespaces: { readonly user: string; readonly net: string }
}

const fileOf = (run: string): string => join(run, "holder.json")

const lastHolder = (run: string): Holder | undefined => {
  try {
    const holder = JSON.parse(readFileSync(fileOf(run), "utf8")) as Holder
    return holder.boot === bootId() ? holder : undefined
  } catch {
    return undefined
  }
}

/** The holder that runs; undefined when there is none. */
export const readHolder = (run: string): Holder | undefined => {
  const holder = lastHolder(run)
  return holder !== undefined && isAlive(holder) ? holder : undefined
}

/** When it was written down who holds the namespaces, in milliseconds since 1970; 0 when it was not. */
export const madeAt = (run: string): number => statSync(fileOf(run), { throwIfNoEntry: false })?.mtimeMs ?? 0

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
  return findProcess((process) => {
    const { net, user } = namespacesOf(process)
    return user === lost.user && net === lost.net
  })
}

/** The first process that is so; one of which that cannot be told, because it has ended or is somebody else's, is not. */
export const findProcess = (isSo: (process: number) => boolean): number | undefined =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .find((process) => {
      try {
        return isSo(process)
      } catch {
        return false
      }
    })

/** How long those who have found the holder may take to enter its namespaces when it is about to end, in milliseconds. */
const lastWait = 500

/**
 * Forgets a holder that is to end, so that whoever comes now makes namespaces of its own, and waits for those who have
 * read the file just before. It is known again, and the answer is false, when it is not alone then.
 */
export const forgetWhenAlone = (run: string, holder: Holder, isAlone: () => boolean): boolean => {
  rmSync(fileOf(run), { force: true })
  loadSyscallsSync().poll([], lastWait)
  if (isAlone()) return true
  writeHolder(run, holder)
  return false
}

/** Whether a holder's namespace has the user's own number alone. */
export const hasOneNumber = (holder: number): boolean => {
  try {
    return readFileSync(`/proc/${holder}/uid_map`, "utf8").trim().split("\n").length === 1
  } catch {
    // It has ended meanwhile.
    return false
  }
}

/** Where the lock of those who make a holder lies, and of a holder that ends. */
const lockOf = (run: string): string => join(run, "holder.lock")

/**
 * Does something while nobody else makes or ends a holder. A lock whose file is gone was left by a holder that has ended,
 * and says nothing to those who come later.
 */
export const withHolderLock = async <A>(run: string, work: () => A | Promise<A>): Promise<A> => {
  for (;;) {
    const lock = openSync(lockOf(run), "w", 0o600)
    try {
      loadSyscallsSync().flock(lock, LOCK_EX)
      // One after the other: whoever has the lock of a file that is gone has to ask for it again.
      // oxlint-disable-next-line no-await-in-loop
      if (statSync(lockOf(run), { throwIfNoEntry: false })?.ino === fstatSync(lock).ino) return await work()
    } finally {
      closeSync(lock)
    }
  }
}

/** Writes down who holds the namespaces, in one step. */
export const writeHolder = (run: string, holder: Holder): void => {
  writeFileSync(`${fileOf(run)}.new`, JSON.stringify(holder), { mode: 0o600 })
  renameSync(`${fileOf(run)}.new`, fileOf(run))
}
