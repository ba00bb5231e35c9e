import { pipeline } from "node:stream"
import * as zlib from "node:zlib"
import { compressionOf } from "./Compression.ts"
import { decompressor } from "./Decompressor.ts"
import { frameCutter } from "./zstd-frames.ts"

/** Bytes of output made at once: few large pieces cost less than many small ones. */
const pieceSize = 256 * 1024

/**
 * The bytes of a layer, uncompressed: gzip of one or more members, zstd of one or more frames, or as they are. No more
 * is read than is asked for, and at most a few pieces are held. Ending the iteration early ends that of the source.
 *
 * Throws what the source throws, and an `Error` when the data is broken.
 */
export async function* decompressed(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const iterator = source[Symbol.asyncIterator]()
  const head: Array<Uint8Array> = []
  let length = 0
  while (length < 4) {
    const { done, value } = await iterator.next()
    if (done === true) break
    head.push(value)
    length += value.length
  }
  const rest = resumed(head, iterator)
  switch (compressionOf(Buffer.concat(head))) {
    case "none":
      return yield* rest
    case "gzip":
      return yield* through(rest, zlib.createGunzip({ chunkSize: pieceSize }))
    case "zstd": {
      if (typeof zlib.createZstdDecompress !== "function") {
        throw new Error(
          "it is compressed with zstd, which this JavaScript runtime cannot read; Node 22.15 or newer can"
        )
      }
      if ("Deno" in globalThis) return yield* withoutWaiting(rest)
      const parts = frames(rest)
      const first = await parts.next()
      // Nothing but frames to be skipped: a decoder would miss its frame.
      if (first.done === true) return
      return yield* through(resumed([first.value], parts), zlib.createZstdDecompress({ chunkSize: pieceSize }))
    }
  }
}

/** Deno's own decoder of zstd throws what is wrong with the data where nobody can catch it, and never ends. */
async function* withoutWaiting(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const { finish, push } = decompressor()
  for await (const bytes of source) for (const piece of push(bytes)) yield Buffer.from(piece)
  for (const piece of finish()) yield Buffer.from(piece)
}

async function* resumed(
  head: ReadonlyArray<Uint8Array>,
  iterator: AsyncIterator<Uint8Array>
): AsyncGenerator<Uint8Array, void> {
  try {
    yield* head
    for (;;) {
      const { done, value } = await iterator.next()
      if (done === true) return
      yield value
    }
  } finally {
    await iterator.return?.()
  }
}

async function* frames(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const cutter = frameCutter()
  for await (const piece of source) yield* cutter.push(piece)
  cutter.finish()
}

async function* through(
  source: AsyncIterable<Uint8Array>,
  decoder: NodeJS.ReadWriteStream
): AsyncGenerator<Uint8Array, void> {
  // Failures of either side end the iteration below; the callback is there because one must be given.
  pipeline(source, decoder, () => {})
  for await (const piece of decoder) yield piece as Uint8Array
}
