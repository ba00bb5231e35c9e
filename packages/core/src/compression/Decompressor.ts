import * as zlib from "node:zlib"
import { compressionOf } from "./Compression.ts"
import { frameCutter } from "./zstd-frames.ts"

/** Turns compressed bytes into bytes, on the thread that asks for them. */
export interface Decompressor {
  /**
   * What these bytes turn into. Every piece lies in the same memory, or in that of what was pushed, so it is good only
   * until the next. Throws an `Error` when the data is broken.
   */
  readonly push: (bytes: Uint8Array) => Iterable<Uint8Array>
  /** The rest of it. Throws when the data ended too early. */
  readonly finish: () => Iterable<Uint8Array>
}

/** Bytes of output made at once. */
const outSize = 256 * 1024

/** What a decoder of `node:zlib` is made of: its own methods work by events, and never at once. */
interface Handle {
  readonly writeSync: (
    flush: number,
    from: Uint8Array,
    fromAt: number,
    fromLength: number,
    to: Uint8Array,
    toAt: number,
    toLength: number
  ) => void
  readonly onerror: (message: string) => void
  readonly close: () => void
}

/** The part of a decoder that is used: its handle, and where that says how many bytes of room and of input it has left. */
interface Decoder {
  readonly _handle?: Handle
  readonly _writeState?: Uint32Array
}

/**
 * The decoder's handle, which Node, Bun and Deno have alike, and which synchronous readers of archives have long used:
 * they all are without a decoder that takes pieces and answers at once.
 */
const driving = (decoder: zlib.Gunzip | zlib.ZstdDecompress, more: number, end: number): Decompressor => {
  const { _handle: handle, _writeState: state } = decoder as unknown as Decoder
  if (handle === undefined || typeof handle.writeSync !== "function" || state === undefined) {
    throw new Error("this JavaScript runtime cannot decompress without waiting")
  }
  const out = Buffer.allocUnsafeSlow(outSize)
  let broken: string | undefined
  /** The data has ended, and what follows is padding. */
  let over = false
  const heard: Pick<Handle, "onerror"> = { onerror: (message) => (broken = message) }
  Object.assign(handle, heard)
  const write = function* (bytes: Uint8Array, flush: number): Generator<Uint8Array, void> {
    for (let at = 0; !over;) {
      handle.writeSync(flush, bytes, at, bytes.length - at, out, 0, outSize)
      if (broken !== undefined) throw new Error(broken)
      const [room = 0, left = 0] = state
      at = bytes.length - left
      if (room < outSize) yield out.subarray(0, outSize - room)
      if (room === 0) continue
      over = left > 0
      return
    }
  }
  return {
    push: (bytes) => write(bytes, more),
    finish: function* () {
      yield* write(new Uint8Array(), end)
      handle.close()
    }
  }
}

const gunzip = (): Decompressor => driving(zlib.createGunzip(), zlib.constants.Z_SYNC_FLUSH, zlib.constants.Z_FINISH)

const unzstd = (): Decompressor => {
  if (typeof zlib.createZstdDecompress !== "function") {
    throw new Error("it is compressed with zstd, which this JavaScript runtime cannot read; Node 22.15 or newer can")
  }
  const { ZSTD_e_continue, ZSTD_e_end } = zlib.constants
  const cutter = frameCutter()
  let decoder: Decompressor | undefined
  return {
    push: function* (bytes) {
      for (const part of cutter.push(bytes)) {
        decoder ??= driving(zlib.createZstdDecompress(), ZSTD_e_continue, ZSTD_e_end)
        yield* decoder.push(part)
      }
    },
    finish: function* () {
      cutter.finish()
      if (decoder !== undefined) yield* decoder.finish()
    }
  }
}

const plain = (): Decompressor => ({ push: (bytes) => [bytes], finish: () => [] })

const decoders = { gzip: gunzip, zstd: unzstd, none: plain }

/** Bytes that tell how data is compressed. */
const headSize = 4

/**
 * The same as `decompressed`, for a process that has nothing else to do: gzip of one or more members, zstd of one or more
 * frames, or bytes as they are.
 */
export const decompressor = (): Decompressor => {
  let head: Buffer = Buffer.alloc(0)
  let inner: Decompressor | undefined
  const begun = (bytes: Uint8Array): Decompressor => {
    inner = decoders[compressionOf(bytes)]()
    return inner
  }
  return {
    push: (bytes) => {
      if (inner !== undefined) return inner.push(bytes)
      head = Buffer.concat([head, bytes])
      return head.length < headSize ? [] : begun(head).push(head)
    },
    finish: function* () {
      if (inner === undefined) yield* begun(head).push(head)
      if (inner !== undefined) yield* inner.finish()
    }
  }
}
