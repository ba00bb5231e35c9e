import { constants, fstatSync, openSync } from "node:fs"
import { tmpdir } from "node:os"
import { decompressed } from "@gantry/core/compression/decompress"
import { closeQuietly, readAt, soon } from "./descriptor-io.ts"
import type { Readable } from "./Place.ts"
import { Malformed } from "./place-error.ts"
import { openSpool } from "./spool.ts"

/** An archive that is open: uncompressed, and readable from anywhere in it. */
export interface OpenArchive extends Readable {
  /** Changes when the file does; undefined for bytes that came once and cannot come again. */
  readonly identity: string | undefined
  readonly close: () => Promise<void>
}

type Packing = "gzip" | "zstd" | "bzip2" | "xz"

const magics: ReadonlyArray<readonly [Packing, ReadonlyArray<number>]> = [
  ["gzip", [0x1f, 0x8b]],
  ["zstd", [0x28, 0xb5, 0x2f, 0xfd]],
  ["bzip2", [0x42, 0x5a, 0x68]],
  ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]]
]

/** How bytes are compressed, by the first of them; undefined when they are not, or in a way nobody knows. */
export const packingOf = (head: Uint8Array): Packing | undefined =>
  magics.find(([, bytes]) => bytes.every((byte, at) => head[at] === byte))?.[0]

/** Bytes that are read at once. */
const pieceSize = 256 * 1024

/** An archive may become this many bytes without being looked at, and this many times its own size beyond that. */
const freeSize = 4 * 1024 * 1024 * 1024
const ratioLimit = 200

/** `/dev/stdin`, `/dev/stdout` and `/dev/fd/3` are descriptors of this process, which need not be files that can be opened. */
export const descriptorOf = (path: string): number | undefined => {
  const names: { readonly [path: string]: number } = { "/dev/stdin": 0, "/dev/stdout": 1 }
  const number = /^\/(?:dev|proc\/self)\/fd\/(\d{1,4})$/.exec(path)?.[1]
  return number === undefined ? names[path] : Number(number)
}

/** What `identity` is made of. */
export const identityOf = (of: {
  readonly dev: number
  readonly ino: number
  readonly size: number
  readonly mtimeMs: number
}): string => `${of.dev} ${of.ino} ${of.size} ${of.mtimeMs}`

/**
 * Opens an archive for reading. A plain file is read where it is; what is compressed or comes through a pipe is written
 * uncompressed into a temporary file without a name first. Whoever gives up while nobody writes to a pipe aborts.
 */
export const openArchive = async (path: string, signal: AbortSignal): Promise<OpenArchive> => {
  const descriptor = descriptorOf(path)
  if (descriptor !== undefined) return spooled(pieces(descriptor, null), undefined)
  // Opening a pipe would otherwise keep this whole program waiting for whoever writes to it.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  let keep = false
  try {
    const status = fstatSync(file)
    if (status.isDirectory()) throw Object.assign(new Error("it is a folder"), { code: "EISDIR" })
    if (status.isFIFO()) return await spooled(piecesOfPipe(file, signal), undefined)
    if (!status.isFile()) return await spooled(pieces(file, null), undefined)
    const identity = identityOf(status)
    if (packingOf(await readAt(file, 0, 6)) !== undefined) return await spooled(pieces(file, 0), identity)
    keep = true
    const read = (at: number, length: number) => readAt(file, at, length)
    return { identity, size: status.size, read, close: () => closeQuietly(file) }
  } finally {
    if (!keep) await closeQuietly(file)
  }
}

/** The bytes of a file from an offset on, or those that come through a pipe. */
async function* pieces(fd: number, from: number | null): AsyncGenerator<Uint8Array, void> {
  for (let at = from; ;) {
    const piece = await readAt(fd, at, pieceSize)
    if (piece.length === 0) return
    if (at !== null) at += piece.length
    yield piece
  }
}

/** The bytes that come through a pipe to which perhaps nobody writes yet: it is at its end as long as that is so. */
async function* piecesOfPipe(fd: number, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
  let first = await readAt(fd, null, pieceSize)
  while (first.length === 0) {
    signal.throwIfAborted()
    await soon()
    first = await readAt(fd, null, pieceSize)
  }
  yield first
  yield* pieces(fd, null)
}

/** Copies a stream of bytes into a temporary file, uncompressed. */
const spooled = async (
  source: AsyncGenerator<Uint8Array, void>,
  identity: string | undefined
): Promise<OpenArchive> => {
  const spool = openSpool(tmpdir())
  try {
    const target = spool.begin()
    let received = 0
    async function* counted(): AsyncGenerator<Uint8Array, void> {
      for await (const piece of source) {
        // A pipe may give less at first, but its writers write whole blocks.
        if (received === 0) refuse(packingOf(piece))
        received += piece.length
        yield piece
      }
    }
    for await (const piece of decompressed(counted())) {
      await target.append(piece)
      if (target.size > freeSize && target.size > received * ratioLimit) {
        throw new Malformed(`it becomes more than ${ratioLimit} times its size when it is decompressed`)
      }
    }
    return { identity, size: target.size, read: target.read, close: spool.close }
  } catch (cause) {
    await spool.close()
    throw broken(cause)
  }
}

const refuse = (packing: Packing | undefined): void => {
  if (packing !== "xz" && packing !== "bzip2") return
  throw new Malformed(
    `it is compressed with ${packing}, which gantry does not read: unpack it first, with ${packing} -d`
  )
}

/** What a decoder throws is said of the archive; what reading throws stays as it is. */
const broken = (cause: unknown): unknown => {
  const isSystem = cause instanceof Error && "syscall" in cause
  if (cause instanceof Malformed || isSystem || !(cause instanceof Error)) return cause
  return new Malformed(`its compression is broken or cut off: ${cause.message}`)
}
