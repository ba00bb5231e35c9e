import type { LaunchControl } from "@gantry/core/runtime/Launcher"
import { FD_CLOEXEC, F_SETFD, O_CLOEXEC, O_WRONLY, POLLIN } from "../constants.ts"
import { closeDenoCopies } from "../deno-copies.ts"
import { failedWith } from "../SyscallError.ts"
import type { Syscalls } from "../Syscalls.ts"
import { writeAll } from "../write-all.ts"
import { StageFailure } from "./StageFailure.ts"

/** The two-way conversation with the parent: one JSON value a line. Protocol: core/runtime/Launcher.ts. */
export type Control = LaunchControl

/** The descriptor of the conversation. */
const controlFd = 3

/** The other descriptor that the parent hands over. */
const witnessFd = 4

const newline = 0x0a

/**
 * Speaks in JSON values, one a line, with blocking calls. `read` gets what is heard, 0 at its end; `said` is the descriptor
 * that is written to.
 */
export const jsonLines = (
  sys: Syscalls,
  said: number,
  read: (into: Uint8Array) => number
): Pick<Control, "receive" | "send"> => {
  let pending = new Uint8Array(0)
  const chunk = new Uint8Array(65_536)

  const readMore = (): void => {
    const length = read(chunk)
    if (length === 0) throw new Error("the parent closed the control socket")
    const joined = new Uint8Array(pending.length + length)
    joined.set(pending)
    joined.set(chunk.subarray(0, length), pending.length)
    pending = joined
  }

  return {
    receive: () => {
      let end = pending.indexOf(newline)
      while (end < 0) {
        const seen = pending.length
        readMore()
        end = pending.indexOf(newline, seen)
      }
      const line = new TextDecoder().decode(pending.subarray(0, end))
      pending = pending.slice(end + 1)
      return JSON.parse(line)
    },
    send: (message) => writeAll(sys, said, new TextEncoder().encode(`${JSON.stringify(message)}\n`))
  }
}

/** Speaks with blocking calls. */
export const openControl = (sys: Syscalls): Control => {
  const fd = controlFd
  closeDenoCopies([fd, witnessFd])
  sys.fcntl(fd, F_SETFD, FD_CLOEXEC)
  // The program that waits for us holds the same socket and pipe. This writing end is ours alone, and execve closes it.
  const witness = sys.open(`/proc/self/fd/${witnessFd}`, O_WRONLY | O_CLOEXEC)
  sys.close(witnessFd)
  const { receive, send } = jsonLines(sys, fd, (into) => readBlocking(sys, fd, into))

  const refuse = (message: unknown): void => {
    send(message)
    sys.write(witness, Uint8Array.of(1))
    // The parent may be about to say something. Nobody there to hear it would cost it what it has not read yet.
    waitForEnd(sys, fd)
  }

  return { receive, send, refuse, begun: () => sys.close(witness) }
}

/** A runtime may have made the parent's half of the pair non-blocking together with ours. */
const readBlocking = (sys: Syscalls, fd: number, into: Uint8Array): number => {
  for (;;) {
    try {
      return sys.read(fd, into)
    } catch (error) {
      if (!failedWith(error, "EAGAIN")) throw error
      sys.poll([{ fd, events: POLLIN }], null)
    }
  }
}

/** Reads a descriptor to its end and forgets what comes. */
export const waitForEnd = (sys: Syscalls, fd: number): void => {
  const chunk = new Uint8Array(512)
  while (readBlocking(sys, fd, chunk) > 0);
}

/** Waits for a message of one type. Throws when something else comes; a failure of the parent's as that failure. */
export const expect = (control: Control, type: string): { readonly [name: string]: unknown } => {
  const message = control.receive() as { readonly [name: string]: unknown } | null
  if (message?.["type"] === "failed") {
    throw new StageFailure(String(message["stage"]), String(message["why"]))
  }
  if (message?.["type"] !== type) throw new Error(`expected ${type} from the parent, got ${JSON.stringify(message)}`)
  return message
}
