import { arch } from "node:os"
import type { Directed } from "@gantry/core/runtime/Launcher"
import {
  F_ADD_SEALS,
  F_SEAL_ALL,
  MFD_ALLOW_SEALING,
  MFD_CLOEXEC,
  MS_PRIVATE,
  MS_REC,
  O_CLOEXEC,
  O_RDONLY,
  O_WRONLY,
  PR_SET_PDEATHSIG,
  SIGKILL
} from "../../constants.ts"
import { archOf } from "../../ffi/Ffi.ts"
import { openCgroups } from "../../cgroup.ts"
import { makeSyscalls } from "../../make-syscalls.ts"
import type { Syscalls } from "../../Syscalls.ts"
import { writeAll } from "../../write-all.ts"
import { answersFd } from "./program.ts"
import { remoteCalls, type StubLines } from "./remote-calls.ts"
import { type RemoteKernel, remoteKernel } from "./remote-kernel.ts"
import { stubFile } from "./stub.ts"

/** What a stub is started with, and what it is talked to through. */
export interface OpenedStub {
  /** A descriptor of its program, until it is started. */
  readonly program: number
  /** Descriptors that it gets as 3, 4 and so on. This process closes them once it is started: {@link OpenedStub.started}. */
  readonly theirs: ReadonlyArray<number>
  readonly started: () => void
  /** Has it make its namespaces and fork, without waiting for that. */
  readonly begin: () => void
  /** Waits for what was begun. From here on its calls are made by the process that is to become the container's. */
  readonly begun: () => RemoteKernel
  /** Lets go of it: it ends, unless it has executed something. A second call does nothing. */
  readonly close: () => void
}

/** Where the first descriptor lies that is not for talking. */
const firstOther = answersFd + 1

/** Milliseconds between two rehearsals of a move between control groups, and how many there are. */
const pause = 4
const rehearsals = 12

/**
 * A file in memory with the stub's program. Nobody can write to it: a container that gets hold of it, as `/proc/N/exe` of
 * what it became, changes nothing.
 */
const openProgram = (sys: Syscalls): number => {
  const fd = sys.memfdCreate("gantry", MFD_CLOEXEC | MFD_ALLOW_SEALING)
  writeAll(sys, fd, stubFile(archOf(arch())))
  sys.fcntl(fd, F_ADD_SEALS, F_SEAL_ALL)
  return fd
}

/** The file whose writing keeps the kernel ready to move processes between control groups; see `stayMovable`. */
const openRehearsal = (sys: Syscalls): number => {
  const { rehearsal } = openCgroups(sys)
  try {
    return sys.open(rehearsal ?? "/dev/null", O_WRONLY | O_CLOEXEC)
  } catch {
    return sys.open("/dev/null", O_WRONLY | O_CLOEXEC)
  }
}

/** How a stub differs from others, whatever it is for. */
export interface StubOptions {
  /** See {@link StubLines}. */
  readonly interruptible?: boolean
  /** Descriptors of the namespaces that `Directed.users` asks for, in that order. This takes them over. */
  readonly users?: ReadonlyArray<number>
}

/** Prepares the start of a stub for a directed launch. */
export const openStub = (
  sys: Syscalls,
  directed: Directed,
  { interruptible = false, users = [] }: StubOptions = {}
): OpenedStub => {
  const opened: Array<number> = [...users]
  const keep = (fd: number): number => {
    opened.push(fd)
    return fd
  }
  const close = (fds: Array<number>) => {
    for (const fd of fds.splice(0)) sys.close(fd)
  }
  try {
    const [requestsIn, requestsOut] = sys.pipe2(O_CLOEXEC).map(keep) as [number, number]
    const [answersIn, answersOut] = sys.pipe2(O_CLOEXEC).map(keep) as [number, number]
    const entered = directed.enters.map((path) => keep(sys.open(path, O_RDONLY | O_CLOEXEC)))
    const rehearsal = directed.rehearses ? [keep(openRehearsal(sys))] : []
    const program = keep(openProgram(sys))
    const lines: StubLines = { requests: requestsOut, answers: answersIn, interruptible }
    const before = [...entered, ...rehearsal]
    const theirs = [requestsIn, answersOut, ...before, ...users]
    const given = (directed.users ?? []).map(
      (maps, at) => [JSON.stringify(maps), firstOther + before.length + at] as const
    )
    const calls = remoteCalls(sys, archOf(arch()), lines)
    const remote = makeSyscalls(calls.ffi)
    let wait: (() => void) | undefined
    const begin = () => {
      wait = calls.meanwhile(() => {
        if (directed.tied) remote.prctl(PR_SET_PDEATHSIG, SIGKILL)
        for (const at of entered.keys()) remote.setns(firstOther + at, 0)
        if (directed.namespaces !== 0) remote.unshare(directed.namespaces)
        if (directed.private) remote.mount(null, "/", null, MS_REC | MS_PRIVATE, null)
        calls.fork()
        for (let time = 0; rehearsal.length > 0 && time < rehearsals; time++) {
          remote.write(firstOther + entered.length, Uint8Array.of(0x30))
          calls.linger(pause)
        }
      })
    }
    return {
      program,
      theirs,
      started: () => {
        opened.splice(0, opened.length, requestsOut, answersIn)
        for (const fd of [...theirs, program]) sys.close(fd)
      },
      begin: () => {
        try {
          begin()
        } catch (error) {
          // Told to whoever waits for it.
          wait = () => {
            throw error
          }
        }
      },
      begun: () => {
        wait?.()
        return remoteKernel(sys, calls, { remote, users: new Map(given) })
      },
      close: () => close(opened)
    }
  } catch (error) {
    close(opened)
    throw error
  }
}
