import { SOCK_CLOEXEC, SOCK_NONBLOCK } from "@gantry/linux/constants"
import { failedWith } from "@gantry/linux/SyscallError"
import type { Syscalls } from "@gantry/linux/Syscalls"
import { signalWhenReadable, tried } from "./listen.ts"

/** Most conversations at a time, and how long one may be silent in milliseconds: a container must not fill this process. */
const most = 16
const silence = 10_000

/** Questions that come over TCP. */
export interface Streams {
  /** Takes what has come since the last look. */
  readonly look: () => void
  readonly close: () => void
}

interface Conversation {
  pending: Uint8Array
  timer: NodeJS.Timeout
}

/** Takes conversations at a listening socket. An answer of `answer` goes back the way its question came. */
export const takeStreams = (
  sys: Syscalls,
  listening: number,
  answer: (question: Uint8Array) => Promise<Uint8Array | undefined>
): Streams => {
  const open = new Map<number, Conversation>()
  const end = (fd: number): void => {
    clearTimeout(open.get(fd)?.timer)
    if (open.delete(fd)) sys.close(fd)
  }
  const accept = (): void => {
    for (;;) {
      const fd = tried(() => sys.accept4(listening, SOCK_NONBLOCK | SOCK_CLOEXEC))
      if (fd === undefined) return
      if (open.size >= most) {
        sys.close(fd)
        continue
      }
      signalWhenReadable(sys, fd)
      open.set(fd, { pending: new Uint8Array(0), timer: setTimeout(() => end(fd), silence).unref() })
    }
  }
  const read = (fd: number, conversation: Conversation): void => {
    const chunk = new Uint8Array(4096)
    try {
      const length = sys.read(fd, chunk)
      if (length === 0) return end(fd)
      const { pending } = conversation
      const whole = new Uint8Array(pending.length + length)
      whole.set(pending)
      whole.set(chunk.subarray(0, length), pending.length)
      conversation.pending = whole
    } catch (error) {
      if (!failedWith(error, "EAGAIN")) end(fd)
      return
    }
    const { pending } = conversation
    const size = pending.length < 2 ? undefined : (pending[0] ?? 0) * 256 + (pending[1] ?? 0)
    if (size === undefined || pending.length < 2 + size) {
      // No question is longer than what is read at once.
      if (pending.length > chunk.length) end(fd)
      return
    }
    conversation.pending = pending.slice(2 + size)
    conversation.timer.refresh()
    void answer(pending.slice(2, 2 + size)).then((bytes) => {
      if (open.get(fd) !== conversation) return
      if (bytes === undefined) return end(fd)
      const framed = new Uint8Array(2 + bytes.length)
      framed.set([bytes.length >> 8, bytes.length & 255])
      framed.set(bytes, 2)
      // What does not fit into the kernel's buffer belongs to somebody who does not read.
      if (tried(() => sys.write(fd, framed)) !== framed.length) return end(fd)
      read(fd, conversation)
    })
  }
  return {
    look: () => {
      accept()
      for (const [fd, conversation] of open) read(fd, conversation)
    },
    close: () => {
      for (const fd of open.keys()) end(fd)
    }
  }
}
