import { SOCK_CLOEXEC, SOCK_NONBLOCK } from "@gantry/linux/constants"
import { failedWith } from "@gantry/linux/SyscallError"
import type { Syscalls } from "@gantry/linux/Syscalls"
import { signalWhenReadable, tried } from "./listen.ts"

/** Most conversations at a time, and how long one may be silent in milliseconds: a container must not fill this process. */
const most = 16
const silence = 10_000

/** Questions of one conversation that are answered at a time; what comes after them waits in the kernel. */
const mostAsked = 8

/** Bytes that are read at once. No question is longer. */
const piece = 4096

/** Questions that come over TCP. */
export interface Streams {
  /** Takes what has come since the last look. */
  readonly look: () => void
  readonly close: () => void
}

interface Conversation {
  /** Read and not asked yet: less than one question, or what came with others in one piece. */
  pending: Uint8Array
  /** Questions that are being answered. */
  asked: number
  timer: NodeJS.Timeout
}

/** Takes a whole question out of what was read; undefined when there is none. Spec: RFC 1035, 4.2.2. */
const takeQuestion = (conversation: Conversation): Uint8Array | undefined => {
  const { pending } = conversation
  const [high, low] = pending
  if (high === undefined || low === undefined) return undefined
  const end = 2 + high * 256 + low
  if (pending.length < end) return undefined
  conversation.pending = pending.slice(end)
  return pending.slice(2, end)
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
      open.set(fd, { pending: new Uint8Array(0), asked: 0, timer: setTimeout(() => end(fd), silence).unref() })
    }
  }
  /** Reads a piece. False when there is none now, or the conversation is over. */
  const readMore = (fd: number, conversation: Conversation): boolean => {
    const { pending } = conversation
    const chunk = new Uint8Array(piece)
    try {
      const length = pending.length > piece ? 0 : sys.read(fd, chunk)
      if (length === 0) {
        end(fd)
        return false
      }
      const whole = new Uint8Array(pending.length + length)
      whole.set(pending)
      whole.set(chunk.subarray(0, length), pending.length)
      conversation.pending = whole
      return true
    } catch (error) {
      if (!failedWith(error, "EAGAIN")) end(fd)
      return false
    }
  }
  const read = (fd: number, conversation: Conversation): void => {
    while (conversation.asked < mostAsked) {
      const question = takeQuestion(conversation)
      if (question !== undefined) ask(fd, conversation, question)
      else if (!readMore(fd, conversation)) return
    }
  }
  const ask = (fd: number, conversation: Conversation, question: Uint8Array): void => {
    conversation.asked++
    conversation.timer.refresh()
    void answer(question).then((bytes) => {
      if (open.get(fd) !== conversation) return
      conversation.asked--
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
