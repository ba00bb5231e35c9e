import {
  CLOSE_RANGE_CLOEXEC,
  F_SETFD,
  PR_CAP_AMBIENT,
  PR_CAP_AMBIENT_CLEAR_ALL,
  PR_CAPBSET_DROP,
  PR_CAPBSET_READ,
  PR_SET_KEEPCAPS,
  PR_SET_NO_NEW_PRIVS,
  PR_SET_PDEATHSIG,
  SIGKILL
} from "@gantry/linux/constants"
import { capabilityBits, capabilityNames, parseCapability } from "@gantry/linux/capabilities"
import { rootless } from "@gantry/linux/rootless"
import { failedWith } from "@gantry/linux/SyscallError"
import type { ProcessSpec } from "@gantry/core/runtime/ContainerSpec"
import { type Kernel, settle } from "@gantry/linux/container/Kernel"
import { findProgram, lacksInterpreter } from "@gantry/linux/container/find-program"
import { throughFirstProcess } from "@gantry/linux/container/first-process"
import { lockRoot } from "./mask.ts"
import type { Identity } from "@gantry/linux/container/passwd"
import { openMountPoint } from "@gantry/linux/container/mount-point"
import { stage, StageFailure, wordsOf } from "@gantry/linux/container/StageFailure"
import { ownStreams } from "./streams.ts"
import { StubGone } from "@gantry/linux/container/stub/remote-calls"

/** Whether the process dies with its parent. A process that joined a container stays when its starter goes. */
export interface BecomeOptions {
  readonly diesWithParent: boolean
  /** A working directory that is not there is made; otherwise it is an error. */
  readonly makesDirectory: boolean
  /** The root becomes read-only once the working directory is made. */
  readonly readonlyRoot: boolean
  /** The command becomes a child of the small first process, which has to be in the container. */
  readonly firstProcess: boolean
  /** Compiled seccomp program; undefined for none. */
  readonly filter: Uint8Array | undefined
}

/**
 * Turns this process into the container's: gives up what it may no longer do, one thing after the other in the order
 * that each still allows the next, and executes the command. Returns only by throwing.
 */
export const become = (
  kernel: Kernel,
  process: ProcessSpec,
  who: Identity,
  { diesWithParent, filter, firstProcess, makesDirectory, readonlyRoot }: BecomeOptions
): never => {
  const { files, sys } = kernel
  const env = process.env.some((each) => each.startsWith("HOME=")) ? process.env : [...process.env, `HOME=${who.home}`]
  const alone = rootless()?.single === true
  if (alone && (who.uid !== 0 || who.gid !== 0)) throw new StageFailure("change user", onlyRoot)
  stage(`enter ${process.cwd}`, () => {
    if (!makesDirectory && files.kind(process.cwd)?.directory !== true) {
      throw new StageFailure(`enter ${process.cwd}`, "no such file or directory")
    }
    const place = openMountPoint(kernel, process.cwd, "directory")
    sys.fchdir(place)
    sys.close(place)
  })
  if (readonlyRoot) lockRoot(kernel)
  settle(kernel)
  const program = stage("run command", () => findProgram(kernel.files.kind, process.argv[0] ?? "", env))
  ownStreams(kernel, who, process.tty)
  stage("clean up", () => {
    sys.closeRange(3, 0xffff_ffff, CLOSE_RANGE_CLOEXEC)
    for (const stream of [0, 1, 2]) sys.fcntl(stream, F_SETFD, 0)
    sys.umask(process.umask ?? 0o022)
    sys.resetSignals()
  })
  stage("change user", () => {
    for (const number of notAmong(kernel, process.capabilities)) sys.prctl(PR_CAPBSET_DROP, number)
    sys.prctl(PR_SET_KEEPCAPS, 1)
    // The kernel lets nobody out of groups where a user has mapped only itself.
    if (!alone) sys.setgroups(who.groups)
    sys.setresgid(who.gid, who.gid, who.gid)
    sys.setresuid(who.uid, who.uid, who.uid)
    sys.prctl(PR_SET_KEEPCAPS, 0)
    // A change of user makes the kernel forget it.
    if (diesWithParent) sys.prctl(PR_SET_PDEATHSIG, SIGKILL)
  })
  const rights = who.uid === 0 ? bitsOf(process.capabilities) : 0n
  if (process.noNewPrivileges) stage("set no_new_privs", () => sys.prctl(PR_SET_NO_NEW_PRIVS, 1))
  stage("install seccomp filter", () => {
    if (filter === undefined) return
    // The kernel asks for this right when no_new_privs is off; a change of user has taken it out of the effective set.
    const sysAdmin = bitsOf(["SYS_ADMIN"])
    sys.capset({ effective: sysAdmin, permitted: rights | sysAdmin, inheritable: 0n })
    sys.seccomp(filter)
  })
  stage("drop capabilities", () => {
    sys.capset({ effective: rights, permitted: rights, inheritable: 0n })
    sys.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
  })
  const command = { program, argv: process.argv, env }
  const execution = firstProcess ? throughFirstProcess(command) : command
  try {
    return sys.execve(execution.program, execution.argv, execution.env)
  } catch (error) {
    if (error instanceof StubGone) throw error
    if (failedWith(error, "ENOENT")) throw new StageFailure("run command", lacksInterpreter, 127)
    throw new StageFailure("run command", wordsOf(error), 126)
  }
}

const onlyRoot = "the caller has no range of user numbers in /etc/subuid, so root is the only user here"

/** Names in any spelling. One that this program does not know is refused, not forgotten. */
const bitsOf = (names: ReadonlyArray<string>): bigint =>
  capabilityBits(
    names.map((name) => {
      const known = parseCapability(name)
      if (known === undefined) throw new StageFailure("set capabilities", `${name} is not a capability`)
      return known
    })
  )

/** Numbers of what is taken out of the bounding set: all but `keep`, with those that this kernel has and no name is known for. */
const notAmong = ({ sys }: Kernel, keep: ReadonlyArray<string>): ReadonlyArray<number> => {
  const kept = bitsOf(keep)
  const known = capabilityNames.map((_, number) => number).filter((number) => (kept & (1n << BigInt(number))) === 0n)
  const unknown: Array<number> = []
  try {
    for (let number = capabilityNames.length; number < 64; number++) {
      if (sys.prctl(PR_CAPBSET_READ, number) === 1) unknown.push(number)
    }
  } catch (error) {
    if (!failedWith(error, "EINVAL")) throw error
  }
  return [...known, ...unknown]
}
