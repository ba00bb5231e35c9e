import { spawn } from "node:child_process"
import { FD_CLOEXEC, F_SETFD, F_SETFL, O_NONBLOCK } from "@gantry/linux/constants"
import { closeDenoCopies } from "@gantry/linux/deno-copies"
import { failedWith } from "@gantry/linux/SyscallError"
import type { Syscalls } from "@gantry/linux/Syscalls"
import { writeAll } from "@gantry/linux/write-all"
import { openSource, type Source } from "./channel.ts"
import { heldOf, type HandshakeSteps, type LaunchFailure, makeLines, notPrepared } from "./handshake.ts"
import { type LaunchBeginning, opened, type OpenedLaunch, openStreams } from "./open-launch.ts"

/** What a starter says of the process that it puts together, one JSON value a line. */
export type FollowedMessage =
  /** As in core/runtime/Launcher.ts. Answered with `go`, or `failed`. */
  | { readonly type: "ready"; readonly pid: number; readonly placed?: boolean }
  /** As there. Answered with `terminal`, or `failed`. */
  | { readonly type: "terminal"; readonly holder?: number; readonly fd?: number }
  /** It runs its command. */
  | { readonly type: "running" }
  /** It never will. */
  | LaunchFailure

/** What the starter gets back. */
export type FollowerAnswer =
  | { readonly type: "go" }
  | { readonly type: "terminal"; readonly number: number }
  | LaunchFailure

/**
 * What a supervisor finds at descriptors 3 to 7 when its starter steers: two lines and the program of the stub, which are
 * handed on to it, then what the starter says and where it is answered.
 */
export const handedOver = { requests: 3, answers: 4, program: 5, said: 6, answered: 7 } as const

/** How a process is followed that this one's starter puts together. */
export interface FollowedChild {
  readonly type: "followed"
  /** What was said already; empty when nothing was. */
  readonly heard: () => Uint8Array
  readonly said: () => Promise<Source>
  readonly answer: (message: FollowerAnswer) => void
}

/** Room for what is said before the first answer. */
const room = 4096

/** Starts the stub that the starter talks to. */
export const openFollowed = (sys: Syscalls, beginning: LaunchBeginning): OpenedLaunch => {
  const { answered, answers, program, requests, said } = handedOver
  for (const fd of Object.values(handedOver)) sys.fcntl(fd, F_SETFD, FD_CLOEXEC)
  closeDenoCopies([requests, answers, program, answered])
  sys.fcntl(said, F_SETFL, O_NONBLOCK)
  const { argv, program: at = argv.length } = beginning.plan
  const streams = openStreams(sys, beginning)
  const child = spawn(`/proc/${process.pid}/fd/${program}`, argv.slice(at + 1), {
    env: {},
    cwd: "/",
    stdio: [...streams.theirs, requests, answers]
  })
  for (const fd of [requests, answers, program]) sys.close(fd)
  let source: Promise<Source> | undefined
  let open = true
  const close = () => {
    if (!open) return
    open = false
    sys.close(answered)
    if (source === undefined) sys.close(said)
    else void source.then(({ cancel }) => cancel())
  }
  return opened(sys, beginning, {
    child,
    streams,
    how: {
      type: "followed",
      heard: () => {
        const bytes = new Uint8Array(room)
        try {
          return bytes.subarray(0, sys.read(said, bytes))
        } catch (error) {
          if (failedWith(error, "EAGAIN")) return bytes.subarray(0, 0)
          throw error
        }
      },
      said: () => (source ??= openSource(said, "pipe")),
      answer: (message) => writeAll(sys, answered, new TextEncoder().encode(`${JSON.stringify(message)}\n`))
    },
    release: close,
    close
  })
}

/** Does the parent's part of a launch that the starter steers, until the command runs or never will. */
export const follow = async (
  child: FollowedChild,
  steps: HandshakeSteps
): Promise<{ readonly type: "started"; readonly pid: number } | LaunchFailure> => {
  let pid = 0
  /** Why this process could not do its part, once it could not. */
  let ours: LaunchFailure | undefined
  const attempt = (work: () => void): void => {
    try {
      if (ours === undefined) work()
    } catch (error) {
      ours = notPrepared(error)
    }
  }
  const reply = (done: () => FollowerAnswer): void => {
    try {
      child.answer(ours ?? done())
    } catch (error) {
      // Nobody is there any more: what is said ends.
      if (!failedWith(error, "EPIPE")) throw error
    }
  }
  attempt(steps.begun)
  for await (const message of messages(child)) {
    if (message.type === "ready") {
      pid = message.pid
      attempt(() => steps.ready(pid, message.placed === true))
      reply(() => ({ type: "go" }))
    } else if (message.type === "terminal") {
      let number = 0
      attempt(() => (number = steps.terminal(pid, heldOf(message))))
      reply(() => ({ type: "terminal", number }))
    } else {
      if (message.type === "failed") return message
      return ours ?? { type: "started", pid }
    }
  }
  return ours ?? { type: "failed", status: 125, stage: "start", why: "whoever started the container has ended" }
}

/** All that is said. What was said already is read at once: a stream takes a turn of the event loop before it has it. */
async function* messages({ heard, said }: FollowedChild): AsyncGenerator<FollowedMessage> {
  const linesOf = makeLines()
  const messagesOf = (chunk: Uint8Array) => linesOf(chunk).map((line) => JSON.parse(line) as FollowedMessage)
  yield* messagesOf(heard())
  for await (const chunk of (await said()).chunks) yield* messagesOf(chunk)
}
