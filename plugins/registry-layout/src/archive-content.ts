import { createHash } from "node:crypto"
import type { Descriptor } from "@gantry/core/image/Descriptor"
import { digest, type Digest, hexOf, isDigest, ofBytes } from "@gantry/core/image/Digest"
import * as MediaType from "@gantry/core/image/MediaType"
import { diffIdsOf, entriesFor, manifestFor, readSaved, type SavedImage } from "./docker-manifest.ts"
import { type IndexEntry, type LayoutIndex, readIndex, wholeLimit } from "./layout-index.ts"
import { type OpenArchive, packingOf } from "./open-archive.ts"
import type { Readable } from "./Place.ts"
import { Malformed } from "./place-error.ts"
import { cleanName, cutOff, indexTar, readExactly, type Span, type TarIndex } from "./tar-index.ts"

/** An archive, understood: what has a name in it, and where its blobs are. */
export interface ArchiveContent {
  readonly index: LayoutIndex
  readonly blobs: ReadonlyMap<Digest, Readable>
}

/** Bytes in memory, as a blob. */
export const inMemory = (bytes: Uint8Array): Readable => ({
  size: bytes.length,
  read: (at, length) => Promise.resolve(bytes.subarray(at, at + length))
})

/** A part of a file, as a blob. */
const partOf = (file: Readable, { at, size }: Span): Readable => ({
  size,
  read: (from, length) =>
    from >= size ? Promise.resolve(new Uint8Array()) : file.read(at + from, Math.min(length, size - from))
})

/** All of a small blob. Throws `Malformed` when it is longer than manifests and configs may be. */
export const readWhole = (what: string, blob: Readable): Promise<Uint8Array> => {
  if (blob.size > wholeLimit) return Promise.reject(new Malformed(`${what} is longer than 4 MiB`))
  return readExactly(blob, 0, blob.size)
}

/**
 * Understands an archive: an OCI layout if it is one, else what `docker save` writes, for which manifests are made up
 * that name its configs and layers as they are. Throws `Malformed`.
 *
 * Spec: OCI image-spec, image-layout.md; Docker image spec v1.2, section "Combined Image JSON + Filesystem Changeset Format".
 */
export const readArchive = async (archive: OpenArchive): Promise<ArchiveContent> => {
  const tar = await indexTar(archive)
  const blobs = new Map<Digest, Readable>()
  for (const name of tar.names) {
    const found = /^blobs\/sha256\/([0-9a-f]{64})$/.exec(name)
    const span = found === null ? undefined : tar.find(name)
    if (found !== null && span !== undefined) blobs.set(digest(`sha256:${found[1]}`), partOf(archive, span))
  }
  const file = (name: string): Readable | undefined => {
    const span = tar.find(name)
    return span === undefined ? undefined : partOf(archive, span)
  }
  const layout = file("index.json")
  if (layout !== undefined) return { index: readIndex(await readWhole("index.json", layout)), blobs }
  const saved = file("manifest.json")
  if (saved === undefined) throw new Malformed(notImages(tar))
  const entries: Array<IndexEntry> = []
  for (const image of readSaved(await readWhole("manifest.json", saved))) {
    entries.push(...(await savedImage(image, file, blobs)))
  }
  return { index: { entries }, blobs }
}

const notImages = ({ ended, names }: TarIndex): string => {
  if (!ended) return cutOff
  if (names.includes("repositories"))
    return "it was written by a docker older than 1.10: load and save it with a newer one"
  const system = names.some((name) => /^(bin|etc|usr)(\/|$)/.test(name))
  return `it holds neither an OCI layout nor images of docker save${system ? ": it looks like a file system (gantry import reads those)" : ""}`
}

/** Adds the blobs of an image of docker save, and gives its lines of an index. */
const savedImage = async (
  { config, layers, names }: SavedImage,
  file: (name: string) => Readable | undefined,
  blobs: Map<Digest, Readable>
): Promise<ReadonlyArray<IndexEntry>> => {
  const named = (name: string): Readable => {
    const found = file(cleanName(name))
    if (found === undefined)
      throw new Malformed(`manifest.json names ${JSON.stringify(name)}, which is not in the archive`)
    return found
  }
  const configFile = named(config)
  const configBytes = await readWhole(`the config ${config}`, configFile)
  const diffIds = diffIdsOf(configBytes)
  if (diffIds.length !== layers.length) {
    throw new Malformed(`the image ${config} has ${diffIds.length} diffIDs and ${layers.length} layers`)
  }
  const id = ofBytes(configBytes)
  const written = /^(?:.*\/)?([0-9a-f]{64})(?:\.json)?$/.exec(config)?.[1]
  if (written !== undefined && `sha256:${written}` !== id) {
    throw new Malformed(`the config ${config} is not what its name says: its bytes hash to ${hexOf(id)}`)
  }
  blobs.set(id, configFile)
  const descriptors: Array<Descriptor> = []
  for (const [number, name] of layers.entries()) {
    const layer = named(name)
    const diffId = diffIds[number]
    const packing = packingOf(await layer.read(0, 6))
    const mediaType =
      packing === undefined ? MediaType.ociLayer : packing === "gzip" ? MediaType.ociLayerGzip : MediaType.ociLayerZstd
    if (packing === "xz" || packing === "bzip2") throw new Malformed(`the layer ${name} is compressed with ${packing}`)
    // Of an uncompressed layer the config knows the digest; others have to be read to learn it.
    const known = packing === undefined ? diffId : undefined
    const found = known ?? (await digestOf(layer))
    if (!isDigest(found)) throw new Malformed(`the layer ${name} has no digest`)
    blobs.set(found, layer)
    descriptors.push({ mediaType, digest: found, size: layer.size })
  }
  const manifest = manifestFor(configBytes, descriptors)
  blobs.set(ofBytes(manifest), inMemory(manifest))
  return entriesFor(manifest, names)
}

/** Bytes that are hashed at once. */
const pieceSize = 256 * 1024

const digestOf = async (blob: Readable): Promise<Digest> => {
  const hash = createHash("sha256")
  for (let at = 0; at < blob.size;) {
    const piece = await blob.read(at, pieceSize)
    if (piece.length === 0) throw new Malformed(cutOff)
    hash.update(piece)
    at += piece.length
  }
  return digest(`sha256:${hash.digest("hex")}`)
}
