import { AF_UNIX, SOCK_CLOEXEC, SOCK_STREAM } from "@gantry/linux/constants"
import { type Control, expect } from "@gantry/linux/container/control"
import type { Syscalls } from "@gantry/linux/Syscalls"
import { unixAddress } from "@gantry/linux/unix-socket"

/** Where a runtime sends the terminal that it made for a process. */
export interface Console {
  /** Options of `create` and `exec`. */
  readonly args: ReadonlyArray<string>
  /** The terminal's master, once the runtime has been called. Throws when none came. */
  readonly take: () => number
}

const name = "console.sock"

/** Opens the socket in the working directory of this process: a path from the root could be longer than one may be. */
export const openConsole = (sys: Syscalls): Console => {
  const fd = sys.socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)
  sys.bind(fd, unixAddress(name))
  sys.listen(fd, 1)
  return {
    args: ["--console-socket", name],
    take: () => {
      const connection = sys.accept4(fd, SOCK_CLOEXEC)
      try {
        const terminal = sys.receiveDescriptor(connection)
        if (terminal === undefined) throw new Error("the runtime sent no terminal")
        return terminal
      } finally {
        sys.close(connection)
        sys.close(fd)
      }
    }
  }
}

/** Gives a terminal's master to the parent, which takes a copy of it. See `Launcher`, step 4. */
export const handOver = (sys: Syscalls, control: Control, terminal: number): void => {
  control.send({ type: "terminal", holder: process.pid, fd: terminal })
  expect(control, "terminal")
  sys.close(terminal)
}
