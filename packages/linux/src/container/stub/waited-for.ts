import { F_SETFD, PR_CAPBSET_READ } from "../../constants.ts"
import type { Arch, Word } from "../../ffi/Ffi.ts"
import { syscallNumbers } from "../../syscall-numbers.ts"

/** Calls that return nothing of use. `prctl` and `fcntl` are among them for what sets something. */
const settersOnly: ReadonlyArray<keyof typeof syscallNumbers> = [
  "capset",
  "chdir",
  "chroot",
  "close",
  "close_range",
  "dup3",
  "fchdir",
  "fchownat",
  "fsconfig",
  "mkdirat",
  "mknodat",
  "mount",
  "mount_setattr",
  "move_mount",
  "pivot_root",
  "sched_setaffinity",
  "seccomp",
  "setdomainname",
  "setgroups",
  "sethostname",
  "setns",
  "setresgid",
  "setresuid",
  "setsid",
  "setsockopt",
  "symlinkat",
  "umask",
  "umount2",
  "unshare"
]

/** Calls that are waited for, and only read the memory they are given, so that it need not come back. */
const readersOnly: ReadonlyArray<keyof typeof syscallNumbers> = [
  "execve",
  "fsopen",
  "open_tree",
  "openat",
  "openat2",
  "sendto",
  "write"
]

/** An option of prctl(2) that asks for something harmless. */
export const PR_GET_DUMPABLE = 3

/** Options of prctl(2) that ask, and the command of fcntl(2) that marks a descriptor. */
const asking = new Set<Word>([PR_GET_DUMPABLE, PR_CAPBSET_READ])

/** What has to come back of calls, by their numbers. */
export interface WaitedFor {
  /** Nothing but that it was made. */
  readonly setsOnly: (number: number, a0: Word, a1: Word) => boolean
  /** Its result, and not the memory that it was given. */
  readonly readsOnly: (number: number) => boolean
}

/** What has to come back of the calls of a processor. */
export const waitedFor = (arch: Arch): WaitedFor => {
  const ours = arch === "x64" ? 0 : 1
  const numbersOf = (names: ReadonlyArray<keyof typeof syscallNumbers>) =>
    new Set<number>(names.map((name) => syscallNumbers[name][ours]))
  const reads = numbersOf(readersOnly)
  const sets = numbersOf(settersOnly)
  const [prctl, fcntl] = [syscallNumbers.prctl[ours], syscallNumbers.fcntl[ours]]
  return {
    setsOnly: (number, a0, a1) =>
      sets.has(number) || (number === prctl && !asking.has(a0)) || (number === fcntl && a1 === F_SETFD),
    readsOnly: (number) => reads.has(number)
  }
}
