import { randomBytes } from "node:crypto"
import { fstatSync, statSync } from "node:fs"
import { open, rename, rm } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { type Digest, hexOf } from "@gantry/core/image/Digest"
import { fitsLong, paddingOf, blockSize, paxRecord, writeHeader } from "@gantry/core/tree/tar-header"
import { type ArchiveContent, inMemory, readWhole } from "./archive-content.ts"
import { writeAll } from "./descriptor-io.ts"
import { firstOf, writeSaved } from "./docker-manifest.ts"
import { wholeLimit, writeIndex } from "./layout-index.ts"
import { descriptorOf } from "./open-archive.ts"
import type { Readable } from "./Place.ts"
import { Malformed } from "./place-error.ts"

/** What makes a folder or an archive an OCI layout. Spec: OCI image-spec, image-layout.md, section "oci-layout file". */
export const layoutMark = `{"imageLayoutVersion":"1.0.0"}`

/** Bytes that are copied at once. */
const pieceSize = 256 * 1024

const text = (of: string): Readable => inMemory(new TextEncoder().encode(of))

/**
 * The files of an archive, sorted by name: an OCI layout, and with `saved` also a manifest.json, so that every
 * `docker load` reads it.
 */
export const filesOf = async (
  { blobs, index }: ArchiveContent,
  saved: boolean
): Promise<ReadonlyArray<readonly [string, Readable | undefined]>> => {
  const files: Array<readonly [string, Readable | undefined]> = [
    ["blobs/", undefined],
    ["blobs/sha256/", undefined],
    ["index.json", inMemory(writeIndex(index))],
    ["oci-layout", text(layoutMark)],
    ...[...blobs].map(([digest, blob]) => [`blobs/sha256/${hexOf(digest)}`, blob] as const)
  ]
  if (saved) {
    const manifests = new Map<Digest, Uint8Array>()
    const manifestOf = async (digest: Digest): Promise<Uint8Array | undefined> => {
      const blob = blobs.get(digest)
      return blob !== undefined && blob.size <= wholeLimit ? readWhole("a manifest", blob) : undefined
    }
    for (const { digest } of index.entries) {
      const bytes = await manifestOf(digest)
      const inner = bytes === undefined ? undefined : firstOf(bytes)
      // Programs that read no index get the first platform.
      const image = inner === undefined ? bytes : await manifestOf(inner)
      if (image !== undefined) manifests.set(digest, image)
    }
    files.push(["manifest.json", inMemory(writeSaved(index, (digest) => manifests.get(digest)))])
  }
  return files.toSorted(([a], [b]) => (a < b ? -1 : 1))
}

const headerOf = (name: string, size: number): Buffer => {
  const fields = { name, mode: 0o644, uid: 0, gid: 0, mtime: 0, type: "0", size }
  if (name.endsWith("/")) {
    const folder = Buffer.alloc(blockSize)
    writeHeader(folder, 0, { ...fields, mode: 0o755, type: "5" })
    return folder
  }
  if (fitsLong(size)) {
    const plain = Buffer.alloc(blockSize)
    writeHeader(plain, 0, fields)
    return plain
  }
  const record = paxRecord("size", Buffer.from(String(size)))
  const out = Buffer.alloc(blockSize * 2 + record.length + paddingOf(record.length))
  writeHeader(out, 0, { ...fields, name: "size", type: "x", size: record.length })
  out.set(record, blockSize)
  writeHeader(out, out.length - blockSize, { ...fields, size: 0 })
  return out
}

async function* piecesOf(name: string, file: Readable): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < file.size;) {
    const piece = await file.read(at, pieceSize)
    if (piece.length === 0) throw new Malformed(`${name} became shorter while it was read`)
    at += piece.length
    yield piece
  }
}

/** The bytes of an archive: same files, same bytes. */
async function* tarOf(files: ReadonlyArray<readonly [string, Readable | undefined]>): AsyncGenerator<Uint8Array, void> {
  for (const [name, file] of files) {
    const size = file?.size ?? 0
    yield headerOf(name, size)
    if (file !== undefined) yield* piecesOf(name, file)
    const padding = paddingOf(size)
    if (padding > 0) yield new Uint8Array(padding)
  }
  yield new Uint8Array(2 * blockSize)
}

/** Whether a path is something that bytes flow through, such as a pipe: it is neither read before nor replaced. */
export const isOutlet = (path: string): boolean => {
  if (descriptorOf(path) !== undefined) return true
  const status = statSync(path, { throwIfNoEntry: false })
  return status !== undefined && !status.isFile() && !status.isDirectory()
}

/** Writes an archive. A file is replaced in one step, when all of it is on the disk. */
export const writeArchive = async (path: string, content: ArchiveContent, saved: boolean): Promise<void> => {
  const bytes = tarOf(await filesOf(content, saved))
  const descriptor = descriptorOf(path)
  if (descriptor !== undefined) {
    fstatSync(descriptor)
    for await (const piece of bytes) await writeAll(descriptor, piece)
    return
  }
  const outlet = isOutlet(path)
  const target = outlet
    ? path
    : join(dirname(path), `.${basename(path).slice(0, 200)}.${randomBytes(6).toString("hex")}`)
  const file = await open(target, outlet ? "w" : "wx", 0o644)
  try {
    for await (const piece of bytes) await writeAll(file.fd, piece)
    if (!outlet) {
      await file.sync()
      await rename(target, path)
    }
  } catch (cause) {
    if (!outlet) await rm(target, { force: true })
    throw cause
  } finally {
    await file.close()
  }
}
