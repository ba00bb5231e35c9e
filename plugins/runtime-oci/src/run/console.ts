import { AF_UNIX, SOCK_CLOEXEC, SOCK_STREAM } from "@gantry/linux/constants"
import type { Syscalls } from "@gantry/linux/Syscalls"

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
  sys.bind(fd, addressOf(name))
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

/** struct sockaddr_un. Spec: unix(7). */
const addressOf = (path: string): Uint8Array => {
  const bytes = new TextEncoder().encode(path)
  const address = new Uint8Array(2 + bytes.length + 1)
  address[0] = AF_UNIX
  address.set(bytes, 2)
  return address
}
