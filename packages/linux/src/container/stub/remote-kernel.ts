import { readFileSync } from "node:fs"
import { makeCaller } from "../../kernel-call.ts"
import { words64 } from "../../memory.ts"
import { SyscallError } from "../../SyscallError.ts"
import type { Syscalls } from "../../Syscalls.ts"
import { type Kernel, hostFiles } from "../Kernel.ts"
import type { RemoteCalls } from "./remote-calls.ts"
import { remoteFiles } from "./remote-files.ts"

const SIG_SETMASK = 2
const signalSetSize = 8
const lastSignal = 64
const longestMessage = 8192

/** The kernel as another process has it. */
export type RemoteKernel = Kernel &
  Required<Pick<Kernel, "leave" | "now" | "settle" | "together" | "userNamespace">> & {
    /**
     * Has both processes on one processor until the returned function is called, or it executes something: they take turns,
     * and to wake one that waits on an idle processor takes longer than most calls.
     */
    readonly meet: () => () => void
  }

/** Signals that this process ignores, and so do those that it starts. Spec: proc_pid_status(5), SigIgn. */
const ignoredSignals = (): ReadonlyArray<number> => {
  const mask = BigInt(`0x${/^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "0"}`)
  return Array.from({ length: lastSignal }, (_, bit) => bit + 1).filter((signal) => (mask >> BigInt(signal - 1)) & 1n)
}

/** What a process at the other end has. */
interface Other {
  /** Its calls. */
  readonly remote: Syscalls
  /** Its descriptors of namespaces of users, by their maps as JSON. */
  readonly users: ReadonlyMap<string, number>
}

/** What init and join do, done in the process at the other end. `sys`: the calls of this one. */
export const remoteKernel = (sys: Syscalls, calls: RemoteCalls, { remote, users }: Other): RemoteKernel => {
  const { raw } = makeCaller(calls.ffi)
  /** Where the other process may run, as long as it may not. */
  let everywhere: Uint8Array | undefined
  const disperse = (): void => {
    if (everywhere !== undefined) remote.schedSetaffinity(0, everywhere)
    everywhere = undefined
  }
  const room = new Uint8Array(longestMessage)
  const byDefault = new Uint8Array(32)
  return {
    sys: {
      ...remote,
      execve: (file, argv, env) => {
        disperse()
        return remote.execve(file, argv, env)
      },
      // It has no handlers. What its parent ignores it ignores as well.
      resetSignals: () => {
        calls.anyway(() => {
          for (const signal of ignoredSignals()) raw("rt_sigaction", signal, byDefault, null, signalSetSize)
          raw("rt_sigprocmask", SIG_SETMASK, words64(0), null, signalSetSize)
        })
      },
      // Room for a whole message of netlink(7), and no more to carry over.
      recvfrom: (fd, into, flags, address) => {
        const length = remote.recvfrom(fd, room, flags, address)
        into.set(room.subarray(0, length))
        return length
      }
    },
    files: remoteFiles(remote, calls, hostFiles(sys)),
    settle: calls.settle,
    together: (asks) =>
      calls
        .together(() => asks.forEach((ask) => ask()))
        .map((result) => {
          if (result < 0) throw new SyscallError({ call: "one of several calls", errno: -result, detail: "" })
          return result
        }),
    now: calls.now,
    userNamespace: (maps) => {
      const fd = users.get(JSON.stringify(maps))
      if (fd === undefined) throw new Error("nobody has made this namespace of users")
      return fd
    },
    meet: () => {
      const before = sys.schedGetaffinity(0)
      const here = new Uint8Array(before.length)
      const processor = sys.getcpu()
      here[processor >> 3] = 1 << (processor & 7)
      sys.schedSetaffinity(0, here)
      remote.schedSetaffinity(0, here)
      everywhere = before
      return () => sys.schedSetaffinity(0, before)
    },
    leave: () => {
      disperse()
      calls.meanwhile(() => {
        raw("read", 0, new Uint8Array(512), 512)
        raw("exit_group", 0)
      })
    }
  }
}
