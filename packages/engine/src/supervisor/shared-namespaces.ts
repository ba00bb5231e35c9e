import { rmSync, symlinkSync } from "node:fs"
import { dirname, join } from "node:path"
import type { Shares } from "@gantry/core/runtime/Runtime"
import { O_CLOEXEC, O_RDONLY } from "@gantry/linux/constants"
import { failedWith } from "@gantry/linux/SyscallError"
import type { Syscalls } from "@gantry/linux/Syscalls"
import { isAlive, readState } from "./state.ts"

/** What can be had of another container. `memory` is the mount namespace that has the /dev/shm of its `ipc`. */
type Shared = keyof Shares | "memory"

/** Where a container that shares something of another one's finds it, in its own directory: a link that each start makes anew. */
export const sharedPath = (directory: string, kind: Shared): string => join(directory, kind)

/** For each kind of sharing: the links it needs, by the kernel's names of the namespaces, and Docker's words without it. */
const kinds: {
  readonly [kind in keyof Shares]-?: {
    readonly links: ReadonlyArray<readonly [Shared, namespace: string]>
    readonly refusal: (container: string) => string
  }
} = {
  network: {
    links: [["network", "net"]],
    refusal: (container) => `cannot join network of a non running container: ${container}`
  },
  pid: { links: [["pid", "pid"]], refusal: (container) => `container ${container} is not running` },
  ipc: {
    links: [
      ["ipc", "ipc"],
      ["memory", "mnt"]
    ],
    refusal: (container) => `can't join IPC of container ${container}: container ${container} is not running`
  }
}

/** Why a container cannot be joined that does not run, in Docker's words. */
export const refusalOf = (kind: keyof Shares, container: string): string => kinds[kind].refusal(container)

/** Namespaces of other containers that are within reach, until they are let go. */
export interface HeldNamespaces {
  readonly release: () => void
}

/**
 * Has the links of a container lead to the namespaces of other ones, whose processes have other numbers after each of
 * their starts. The links lead to descriptors of this process, so that no later process with the same number is joined in
 * their place. Returns why not, when one of them does not run.
 */
export const holdShared = (sys: Syscalls, directory: string, shares: Shares = {}): HeldNamespaces | string => {
  const held: Array<number> = []
  const release = (): void => {
    for (const fd of held.splice(0)) sys.close(fd)
  }
  for (const kind of ["network", "pid", "ipc"] as const) {
    const container = shares[kind]
    if (container === undefined) continue
    const first = readState(join(dirname(directory), container))?.process
    try {
      if (first !== undefined) {
        for (const [name, namespace] of kinds[kind].links) {
          const fd = sys.open(`/proc/${first.pid}/ns/${namespace}`, O_RDONLY | O_CLOEXEC)
          held.push(fd)
          rmSync(sharedPath(directory, name), { force: true })
          symlinkSync(`/proc/${process.pid}/fd/${fd}`, sharedPath(directory, name))
        }
      }
    } catch (error) {
      release()
      if (failedWith(error, "ENOENT") || failedWith(error, "ESRCH")) return refusalOf(kind, container)
      return error instanceof Error ? error.message : String(error)
    }
    // Alive still: what was opened is its own.
    if (first !== undefined && isAlive(first)) continue
    release()
    return refusalOf(kind, container)
  }
  return { release }
}
