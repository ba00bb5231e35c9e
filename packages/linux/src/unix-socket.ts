import { AF_UNIX, POLLIN, SOCK_CLOEXEC, SOCK_STREAM } from "./constants.ts"
import type { Syscalls } from "./Syscalls.ts"
import { writeAll } from "./write-all.ts"

/** struct sockaddr_un of a path. Spec: unix(7). */
export const unixAddress = (path: string): Uint8Array => {
  const name = new TextEncoder().encode(path)
  const address = new Uint8Array(2 + name.length + 1)
  new DataView(address.buffer).setUint16(0, AF_UNIX, true)
  address.set(name, 2)
  return address
}

/** Reads until the other side has nothing more to say. Throws when it takes longer than `patience` milliseconds a piece. */
const readAll = (sys: Syscalls, fd: number, patience: number): string => {
  const decoder = new TextDecoder()
  const piece = new Uint8Array(65_536)
  let text = ""
  for (;;) {
    const [told = 0] = sys.poll([{ fd, events: POLLIN }], patience)
    if (told === 0) throw new Error("the other side does not answer")
    const length = sys.read(fd, piece)
    if (length === 0) return text
    text += decoder.decode(piece.subarray(0, length), { stream: true })
  }
}

/** Says something to whoever listens at a path and returns the answer, up to the end. Synchronous. */
export const askUnix = (sys: Syscalls, path: string, words: string, patience = 10_000): string => {
  const fd = sys.socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)
  try {
    sys.connect(fd, unixAddress(path))
    writeAll(sys, fd, new TextEncoder().encode(words))
    return readAll(sys, fd, patience)
  } finally {
    sys.close(fd)
  }
}
