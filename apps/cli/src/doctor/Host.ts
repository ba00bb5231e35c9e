import type { CgroupLayout } from "@gantry/linux/cgroup-layout"
import type { Missing } from "@gantry/linux/cgroup"
import type { MountInfo } from "@gantry/linux/mounts"
import type { Syscalls } from "@gantry/linux/Syscalls"

/** How a program ended. */
export interface Ran {
  /** Its exit status; undefined when it could not be started or was killed. */
  readonly status: number | undefined
  /** The first line of what it said, of errors first; or why it could not be started. */
  readonly said: string
}

/** Room of a file system. */
export interface Space {
  /** Bytes that this user may still write. */
  readonly free: number
  readonly total: number
  /** Files that may still be made; `files` 0 means that nobody counts them. */
  readonly filesFree: number
  readonly files: number
}

/** Attempts that a process of its own makes, in namespaces of its own, so that nothing of them is left on the host. */
export type Trial = "overlay" | "links"

/**
 * This machine, as far as its health is looked at. Nothing throws but {@link Host.syscalls}: what cannot be read is
 * undefined.
 */
export interface Host {
  readonly uid: number
  /** Login name; the number when the user has none. */
  readonly user: string
  /** As `uname -r` says. */
  readonly kernel: string
  /** Where the engine keeps its store. It need not exist. */
  readonly root: string
  /** Milliseconds since 1970. */
  readonly now: number
  readonly read: (path: string) => string | undefined
  /** Type and permissions of a file, links followed. */
  readonly mode: (path: string) => number | undefined
  /** When a file was changed, in milliseconds since 1970. */
  readonly changed: (path: string) => number | undefined
  /** Absolute path of a program on the search path or in the usual directories. */
  readonly find: (program: string) => string | undefined
  /** Runs a program for ten seconds at most. */
  readonly run: (argv: ReadonlyArray<string>, input?: string) => Ran
  /** Command line of gantry that makes an attempt: 0 when it succeeds, otherwise it says why. */
  readonly trial: (name: Trial, ...args: ReadonlyArray<string>) => ReadonlyArray<string>
  readonly space: (path: string) => Space | undefined
  /** Throws when the runtime has no way to the kernel. */
  readonly syscalls: () => Syscalls
  readonly mounts: () => ReadonlyArray<MountInfo>
  readonly cgroups: () => CgroupLayout
  /** The part of them that is this user's to divide. */
  readonly delegated: () => CgroupLayout
  /** Makes a group with limits and removes it: what was not possible. */
  readonly trialGroup: () => ReadonlyArray<Missing>
}
