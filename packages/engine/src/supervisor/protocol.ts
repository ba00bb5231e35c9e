import type { PublishedPort } from "@gantry/core/network/Network"
import type { LaunchPlan } from "@gantry/core/runtime/Launcher"
import type { Ending, NameService, RuntimeChange } from "@gantry/core/runtime/Runtime"
import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import type { HostSocket } from "./host-socket.ts"
import type { ExitStatus } from "@gantry/core/runtime/ContainerState"

/**
 * The conversation between a supervisor and its clients: frames of one byte type, four bytes length (big-endian) and
 * that many bytes. The starter speaks it on standard input and output, later clients on the container's socket.
 */
export const frameType = { stdin: 1, stdout: 2, stderr: 3, event: 4, control: 5 } as const

/** The one byte that a starter sends before all frames: the job is written. */
export const beginning = 0x0a

/** The byte a frame begins with. */
export type FrameType = (typeof frameType)[keyof typeof frameType]

/** One piece of a conversation. */
export interface Frame {
  readonly type: FrameType
  readonly payload: Uint8Array
}

/** What a supervisor says. */
export type Event =
  | { readonly type: "started"; readonly pid: number }
  | { readonly type: "failed"; readonly status: number; readonly stage: string; readonly why: string }
  /** Comes after all output. Nothing comes after it, unless the container is started again: then `started`. */
  | { readonly type: "exited"; readonly exit: ExitStatus }
  /** To the one who asked alone. */
  | { readonly type: "stands-down"; readonly ends: boolean }
  /** To the one who asked alone. `why`: which limit could not be kept. */
  | { readonly type: "updated"; readonly why?: string }
  /** To the starter: all secrets have come. */
  | { readonly type: "secrets-held" }
  /** To the one who asked alone. */
  | { readonly type: "secret-told"; readonly text?: string }
  /** To the one who asked alone: the beginning or the end of a change of ports was heard. */
  | { readonly type: "port-change-noted" }
  /** To the one who asked alone. `why`: what stood in the way; it is connected as before then. */
  | { readonly type: "rewired"; readonly why?: string }
  /** To the one who asked alone. `refused`: none was taken or let go of, because of this one. */
  | { readonly type: "ports-held"; readonly refused?: { readonly port: PublishedPort; readonly why: string } }

/** What a client asks for. */
export type Control =
  /** From now on output comes as frames. */
  | { readonly type: "attach" }
  | { readonly type: "close-stdin" }
  | { readonly type: "resize"; readonly rows: number; readonly columns: number }
  | { readonly type: "signal"; readonly signal: number }
  /** The container is not to be started again, and is to end. Answered with `stands-down`. */
  | { readonly type: "stand-down"; readonly ending?: Ending }
  /** Other limits, another restart rule. Answered with `updated`. */
  | { readonly type: "update"; readonly change: RuntimeChange }
  /**
   * The client is about to change published ports. Should it leave before `port-change-done`, the clean-up is run, which
   * brings what is held and what is written down together. Answered with `port-change-noted`, both.
   */
  | { readonly type: "begin-port-change" }
  /**
   * Exactly these ports are held from now on, leading to those addresses if given. Answered with `ports-held`. `sockets` are
   * the client's, one for each port, for a supervisor that is no longer in the host's network.
   */
  | {
      readonly type: "hold-ports"
      readonly ports: ReadonlyArray<PublishedPort>
      readonly addresses?: ReadonlyArray<string>
      readonly sockets?: ReadonlyArray<HostSocket | null>
    }
  /** It is connected like this from now on, at later starts by that plan. Answered with `rewired`. */
  | {
      readonly type: "rewire"
      readonly connection: Pick<ContainerSpec, "wiring" | "files">
      readonly plan: LaunchPlan
      readonly names?: NameService
    }
  /** From the starter: what a placeholder of the job stands for. After the last one it hears `secrets-held`. */
  | { readonly type: "secret"; readonly placeholder: string; readonly text: string }
  /** Answered with `secret-told`. */
  | { readonly type: "tell-secret"; readonly placeholder: string }
  /** All is written down. */
  | { readonly type: "port-change-done" }
  /** The client gives back what the container held, in place of the supervisor. Ends with the connection. */
  | { readonly type: "claim-cleanup" }

const headerLength = 5
/** Longer frames are a sign of a stream that is no conversation. */
export const longestPayload = 1 << 20

/** The bytes of a frame. */
export const encodeFrame = (type: FrameType, payload: Uint8Array): Uint8Array => {
  const whole = new Uint8Array(headerLength + payload.length)
  whole[0] = type
  new DataView(whole.buffer).setUint32(1, payload.length)
  whole.set(payload, headerLength)
  return whole
}

/** The frames of bytes that may be longer than one frame can be. */
export const encodeFrames = (type: FrameType, bytes: Uint8Array): ReadonlyArray<Uint8Array> => {
  const frames: Array<Uint8Array> = []
  for (let at = 0; at < bytes.length; at += longestPayload) {
    frames.push(encodeFrame(type, bytes.subarray(at, at + longestPayload)))
  }
  return frames
}

/** The frame of an event. */
export const encodeEvent = (event: Event): Uint8Array => encodeFrame(frameType.event, jsonBytes(event))
/** The frame of a control message. */
export const encodeControl = (control: Control): Uint8Array => encodeFrame(frameType.control, jsonBytes(control))

const jsonBytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))

/** Reads the JSON of an event or control frame. */
export const jsonOf = (payload: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(payload))

const isFrameType = (type: number | undefined): type is FrameType => type !== undefined && type >= 1 && type <= 5

/**
 * Cuts a stream of bytes into frames, however it arrives. Throws for bytes that are no frames; the connection is of no
 * use after that.
 */
export const makeDecoder = (): ((chunk: Uint8Array) => ReadonlyArray<Frame>) => {
  let pending = new Uint8Array(0)
  return (chunk) => {
    const bytes = pending.length === 0 ? chunk : joined(pending, chunk)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const frames: Array<Frame> = []
    let at = 0
    while (at + headerLength <= bytes.length) {
      const type = bytes[at]
      const length = view.getUint32(at + 1)
      if (!isFrameType(type) || length > longestPayload) throw new Error("the other side does not speak in frames")
      if (at + headerLength + length > bytes.length) break
      frames.push({ type, payload: bytes.slice(at + headerLength, at + headerLength + length) })
      at += headerLength + length
    }
    pending = bytes.slice(at)
    return frames
  }
}

const joined = (first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> => {
  const whole = new Uint8Array(first.length + second.length)
  whole.set(first)
  whole.set(second, first.length)
  return whole
}
