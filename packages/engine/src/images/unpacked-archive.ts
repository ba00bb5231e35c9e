import { spawn } from "node:child_process"
import { pipeline } from "node:stream"
import { decompressed } from "@gantry/core/compression/decompress"
import { LayerMalformed } from "@gantry/core/store/StoreError"
import * as Stream from "effect/Stream"

/** Compressions that no JavaScript runtime reads; both programs are part of every Debian. */
export type Program = "bzip2" | "xz"

/** How bytes begin that a program has to decompress. Source: the manuals of bzip2 and xz, "magic bytes". */
export const programFor = (head: Uint8Array): Program | undefined => {
  const begins = (...bytes: ReadonlyArray<number>) => bytes.every((byte, at) => head[at] === byte)
  if (begins(0x42, 0x5a, 0x68)) return "bzip2"
  return begins(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00) ? "xz" : undefined
}

/** Bytes that tell one compression from the other. */
const headSize = 6

/** {@link unpackedArchive} as a stream, which fails with `LayerMalformed`. `called`: what messages call the archive. */
export const unpackedStream = (
  archive: AsyncIterable<Uint8Array>,
  called: string
): Stream.Stream<Uint8Array, LayerMalformed> =>
  Stream.fromAsyncIterable(
    unpackedArchive(archive),
    (cause) => new LayerMalformed({ layer: called, why: cause instanceof Error ? cause.message : String(cause) })
  )

/**
 * An archive of a user, uncompressed: plain, gzip, zstd, bzip2 or xz, known by its first bytes. A few pieces are held at
 * a time. Throws what the source throws, and an `Error` when the data is broken.
 */
export async function* unpackedArchive(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const iterator = source[Symbol.asyncIterator]()
  const head: Array<Uint8Array> = []
  let length = 0
  while (length < headSize) {
    const { done, value } = await iterator.next()
    if (done === true) break
    head.push(value)
    length += value.length
  }
  if (length === 0) throw new Error("it is empty")
  async function* whole(): AsyncGenerator<Uint8Array, void> {
    yield* head
    yield* { [Symbol.asyncIterator]: () => iterator }
  }
  const program = programFor(Buffer.concat(head))
  yield* program === undefined ? decompressed(whole()) : through(program, whole())
}

async function* through(program: Program, source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const child = spawn(program, ["-dc"], { stdio: ["pipe", "pipe", "pipe"] })
  let complaint = ""
  child.stderr.setEncoding("utf8").on("data", (text: string) => (complaint = (complaint + text).slice(-500)))
  const ended = new Promise<void>((resolve, reject) => {
    child.once("error", (cause) => reject(new Error(`the program ${program} is needed: ${cause.message}`)))
    child.once("close", (code, signal) =>
      code === 0 ? resolve() : reject(new Error(complaint.trim() || `${program} ended with ${signal ?? code}`))
    )
  })
  // Awaited below unless the reader leaves early.
  ended.catch(() => {})
  let sourceFailure: unknown
  // The program may end before it has read all; what it said explains why.
  pipeline(source, child.stdin, (cause) => {
    if (cause !== undefined && cause !== null && !("code" in cause && cause.code === "EPIPE")) sourceFailure = cause
  })
  try {
    for await (const piece of child.stdout) yield piece as Uint8Array
    if (sourceFailure !== undefined) throw sourceFailure
    await ended
  } finally {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL")
  }
}
