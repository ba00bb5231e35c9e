import { spawn } from "node:child_process"
import * as net from "node:net"
import { type LaunchBeginning, type LikelyBeginning, likelyBeginning } from "./open-launch.ts"
import type { Steering } from "./steer.ts"
import { smallHeap } from "./small-heap.ts"
import { makeOutputQueue, type OutputQueue } from "./output-queue.ts"
import {
  beginning,
  type Control,
  encodeControl,
  encodeFrames,
  type Event,
  type Frame,
  frameType,
  jsonOf,
  makeDecoder
} from "./protocol.ts"

/** The client's side of a conversation with a supervisor. No Effect, so that it can be used anywhere. */
export interface Conversation {
  /** Ends after the last output, or with the conversation. */
  readonly output: OutputQueue
  /** The first event of one of these types, now or later. Undefined when the conversation ends without it. */
  readonly event: (...types: ReadonlyArray<Event["type"]>) => Promise<Event | undefined>
  /** Resolves when there is room for more, or nobody to take it. */
  readonly input: (bytes: Uint8Array) => Promise<void>
  readonly tell: (control: Control) => void
  /** Tells, and waits for the next event of that type. Undefined when the conversation ends without it. */
  readonly ask: <Type extends Event["type"]>(
    control: Control,
    answer: Type
  ) => Promise<Extract<Event, { readonly type: Type }> | undefined>
  readonly close: () => void
}

/** The two directions of a conversation. */
interface Lines {
  readonly inlet: NodeJS.ReadableStream & { readonly destroy: () => void }
  readonly outlet: NodeJS.WritableStream
  readonly close: () => void
}

/** Speaks with a supervisor over streams that are connected already. */
export const converse = ({ close, inlet, outlet }: Lines): Conversation => {
  const decode = makeDecoder()
  const output = makeOutputQueue()
  const events: Array<Event> = []
  const wake = new Set<() => void>()
  let ended = false

  const end = () => {
    ended = true
    output.end()
    wake.forEach((each) => each())
  }
  const receive = ({ payload, type }: Frame): Promise<void> | undefined => {
    if (type === frameType.stdout) return output.offer({ stream: "stdout", bytes: payload })
    if (type === frameType.stderr) return output.offer({ stream: "stderr", bytes: payload })
    if (type === frameType.event) {
      const event = jsonOf(payload) as Event
      events.push(event)
      if (event.type === "exited" || event.type === "failed") output.end()
      wake.forEach((each) => each())
    }
    return undefined
  }
  inlet.on("data", (chunk: Uint8Array) => {
    try {
      const full = decode(chunk).map(receive)
      const room = full.findLast((each) => each !== undefined)
      if (room === undefined) return
      inlet.pause()
      void room.then(() => inlet.resume())
    } catch {
      inlet.destroy()
      end()
    }
  })
  for (const name of ["end", "close", "error"]) inlet.on(name, end)
  outlet.on("error", () => undefined)

  /** Calls back whenever something has changed, until told to stop. */
  const until = <A>(look: () => A | undefined): Promise<A | undefined> =>
    new Promise((resolve) => {
      const check = () => {
        const found = look()
        if (found === undefined && !ended) return
        wake.delete(check)
        resolve(found)
      }
      wake.add(check)
      check()
    })

  return {
    output,
    event: (...types) => until(() => events.find(({ type }) => types.includes(type))),
    input: async (bytes) => {
      const full = encodeFrames(frameType.stdin, bytes).filter((frame) => !outlet.write(frame)).length > 0
      let room = !full
      const drained = () => {
        room = true
        wake.forEach((each) => each())
      }
      if (full) outlet.once("drain", drained)
      await until(() => room || undefined)
    },
    tell: (control) => void outlet.write(encodeControl(control)),
    ask: <Type extends Event["type"]>(control: Control, answer: Type) => {
      const seen = events.length
      outlet.write(encodeControl(control))
      const isAnswer = (event: Event): event is Extract<Event, { readonly type: Type }> => event.type === answer
      return until(() => events.slice(seen).find(isAnswer))
    },
    close: () => {
      close()
      end()
    }
  }
}

/** A supervisor that has loaded its program and waits. */
export interface WaitingSupervisor {
  readonly conversation: Conversation
  /** Number of its process; undefined when it could not be made. */
  readonly pid: number | undefined
  /** Tells it that its job is written. One that is let go of before ends by itself. */
  readonly begin: () => void
  /** How its first process is put together from here, if that was prepared. */
  readonly steering: Steering | undefined
}

/**
 * Starts a supervisor that outlives this process. It loads its program at once and reads its job when it is told to
 * begin. `stderr` is a descriptor of `file`, for its complaints; it removes the file when it ends without a job. It
 * makes the container's first process meanwhile when somebody knows how that is `likely` begun, for its starter where
 * that steers.
 */
export const startSupervisor = (
  self: ReadonlyArray<string>,
  directory: string,
  {
    file,
    likely,
    stderr,
    steering
  }: {
    readonly file: string
    readonly stderr: number
    readonly likely: LaunchBeginning | undefined
    readonly steering: Steering | undefined
  }
): WaitingSupervisor => {
  const ahead: LikelyBeginning | undefined = likely && { ...likely, steered: steering !== undefined }
  const child = spawn(self[0] ?? "", [...self.slice(1), "__supervise", directory, file], {
    detached: true,
    cwd: "/",
    env: {
      ...smallHeap,
      ...process.env,
      ...(ahead === undefined ? {} : { [likelyBeginning]: JSON.stringify(ahead) })
    },
    stdio: ["pipe", "pipe", stderr, ...(steering?.theirs ?? [])]
  })
  steering?.started()
  const { stdin, stdout } = child
  if (stdin === null || stdout === null) throw new Error("the supervisor has no streams")
  // The supervisor must not keep this process alive; its streams do as long as they are used.
  child.unref()
  const close = () => {
    steering?.close()
    stdin.destroy()
    stdout.destroy()
  }
  child.once("error", close)
  return {
    conversation: converse({ inlet: stdout, outlet: stdin, close }),
    pid: child.pid,
    begin: () => void stdin.write(Uint8Array.of(beginning)),
    steering
  }
}

/** Connects to the supervisor of a running container. Undefined when there is none. */
export const connectSupervisor = (path: string): Promise<Conversation | undefined> =>
  new Promise((resolve) => {
    const socket = net.connect(path)
    socket.once("error", () => resolve(undefined))
    socket.once("connect", () => resolve(converse({ inlet: socket, outlet: socket, close: () => socket.destroy() })))
  })
