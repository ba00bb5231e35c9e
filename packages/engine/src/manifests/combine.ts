import * as MediaType from "@gantry/core/image/MediaType"
import type { ManifestBytes } from "@gantry/core/registry/Registry"
import { type Annotation, annotationsFor } from "../outputs/annotations.ts"
import type { IndexEntry } from "./IndexEntry.ts"
import type { ManifestDocument } from "./read-document.ts"

/** What an image is combined of. */
export interface CombinedSource {
  /** What an index is to say of it. */
  readonly entry: IndexEntry
  readonly bytes: Uint8Array
  readonly document: ManifestDocument
}

/** How sources are combined. */
export interface CombineOptions {
  readonly annotations: ReadonlyArray<Annotation>
  /** Whether a single image is put into an index; else it stays as it is. */
  readonly preferIndex: boolean
}

/**
 * One document of several: an index of all that the sources are or hold, each digest once, where it stood first. Of one
 * that is there twice, the later words count. A single index stays byte for byte what it is. The index is one of Docker's
 * when all entries are and nothing is annotated, which Docker's cannot be.
 */
export const combine = (
  sources: ReadonlyArray<CombinedSource>,
  { annotations, preferIndex }: CombineOptions
): ManifestBytes => {
  const [first, ...more] = sources
  if (first !== undefined && more.length === 0 && annotations.length === 0) {
    const { bytes, document } = first
    if (document.type === "index" || !preferIndex) return { mediaType: document.mediaType, bytes }
  }
  const entries = merged(
    sources.flatMap(({ document, entry }) => (document.type === "index" ? document.entries : [entry]))
  )
  const isDockers =
    annotations.length === 0 && entries.every(({ mediaType }) => mediaType.startsWith("application/vnd.docker."))
  const mediaType = isDockers ? MediaType.dockerIndex : MediaType.ociIndex
  const own = annotationsFor(annotations, "index")
  const document = {
    schemaVersion: 2,
    mediaType,
    manifests: entries.map((entry) => written(entry, annotations)),
    ...(own === undefined ? {} : { annotations: own })
  }
  return { mediaType, bytes: new TextEncoder().encode(JSON.stringify(document, undefined, 2)) }
}

const merged = (entries: ReadonlyArray<IndexEntry>): ReadonlyArray<IndexEntry> => {
  const found = new Map<string, IndexEntry>()
  for (const entry of entries) {
    const earlier = found.get(entry.digest)
    const annotations = { ...earlier?.annotations, ...entry.annotations }
    found.set(entry.digest, {
      ...(earlier ?? entry),
      ...(entry.platform === undefined ? {} : { platform: entry.platform }),
      ...(Object.keys(annotations).length === 0 ? {} : { annotations })
    })
  }
  return [...found.values()]
}

/** An entry with its annotations, fields in the order of the specification. */
const written = (entry: IndexEntry, wishes: ReadonlyArray<Annotation>) => {
  const added = annotationsFor(wishes, "manifest-descriptor", entry.platform)
  const annotations = { ...entry.annotations, ...added }
  return {
    mediaType: entry.mediaType,
    digest: entry.digest,
    size: entry.size,
    ...(entry.urls === undefined ? {} : { urls: entry.urls }),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    ...(entry.platform === undefined ? {} : { platform: entry.platform }),
    ...(entry.artifactType === undefined ? {} : { artifactType: entry.artifactType })
  }
}
