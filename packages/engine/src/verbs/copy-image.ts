import type { Descriptor } from "@gantry/core/image/Descriptor"
import type { Digest } from "@gantry/core/image/Digest"
import { format, type ImageRef, placeOf } from "@gantry/core/image/ImageRef"
import { type ManifestBytes, Registry } from "@gantry/core/registry/Registry"
import type { RegistryError } from "@gantry/core/registry/RegistryError"
import type { BlobCorrupt } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import { ImageBroken } from "../EngineError.ts"
import { isDescriptor } from "../images/image-json.ts"

/** How a copy can fail. */
export type CopyImageError = BlobCorrupt | ImageBroken | RegistryError

/** What was copied, besides manifests. */
export interface CopiedImage {
  readonly digest: Digest
  /** Blobs that the destination did not have. */
  readonly sent: number
  /** Blobs that it had, or took over from another of its repositories. */
  readonly there: number
}

/** How many blobs of one image pass at once. */
const atOnce = 3

/** An index may name others; more than this is no image. */
const deepest = 4

/**
 * Copies an image from one registry, folder or archive to another, as it is: the same bytes and digests, all platforms.
 * Nothing is kept here, and what the destination has is not sent. The name is there when all of the image is.
 */
export const copyImage = (from: ImageRef, to: ImageRef): Effect.Effect<CopiedImage, CopyImageError, Registry> =>
  Effect.gen(function* () {
    const registry = yield* Registry
    const copy = Effect.gen(function* () {
      const root = yield* registry.resolve(from)
      const counts = yield* copyDocument(root, from, to)
      yield* registry.tag(to, root)
      return { digest: root.descriptor.digest, ...counts }
    })
    return yield* registry.together(to, copy)
  })

/**
 * Copies what a manifest or an index of one place names to another, all but the document itself, which is to be named
 * there when this has succeeded.
 */
export const copyDocument = (
  document: ManifestBytes,
  from: ImageRef,
  to: ImageRef
): Effect.Effect<Omit<CopiedImage, "digest">, CopyImageError, Registry> =>
  Effect.suspend(() => {
    const counts = { sent: 0, there: 0 }
    return Effect.as(copyContent(document, { from, to, counts, copied: new Set(), depth: 0 }), counts)
  })

interface Way {
  readonly from: ImageRef
  readonly to: ImageRef
  readonly counts: { sent: number; there: number }
  /** Documents that are there: of several indexes that name the same ones, each copies what is new. */
  readonly copied: Set<Digest>
  readonly depth: number
}

/** Copies what a manifest or an index names. */
const copyContent = (document: ManifestBytes, way: Way): Effect.Effect<void, CopyImageError, Registry> =>
  Effect.gen(function* () {
    const registry = yield* Registry
    const { blobs, manifests } = yield* named(document, way)
    for (const { digest } of manifests) {
      if (way.copied.has(digest)) continue
      const child = yield* registry.resolve({ ...placeOf(way.from), digest })
      yield* copyContent(child, { ...way, depth: way.depth + 1 })
      yield* registry.tag({ ...placeOf(way.to), digest }, child)
      way.copied.add(digest)
    }
    yield* Effect.forEach(blobs, (blob) => copyBlob(blob, way), { concurrency: atOnce, discard: true })
  })

const copyBlob = (blob: Descriptor, { counts, from, to }: Way): Effect.Effect<void, CopyImageError, Registry> =>
  Effect.gen(function* () {
    const registry = yield* Registry
    const target = placeOf(to)
    const there =
      (yield* registry.hasBlob(target, blob.digest)) ||
      (from.registry === to.registry &&
        from.repository !== to.repository &&
        (yield* registry.mount(target, blob.digest, from.repository)))
    counts[there ? "there" : "sent"]++
    if (!there) yield* registry.push(target, blob, registry.fetch(placeOf(from), blob))
  })

/** What a document names, each digest once. */
const named = (
  { bytes }: ManifestBytes,
  { depth, from }: Way
): Effect.Effect<
  { readonly manifests: ReadonlyArray<Descriptor>; readonly blobs: ReadonlyArray<Descriptor> },
  ImageBroken
> => {
  const broken = (why: string) => new ImageBroken({ reference: format(from), why })
  if (depth > deepest) return broken(`its index leads through more than ${deepest} others`)
  return Effect.try({
    try: () => {
      const { config, layers, manifests } = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>
      return { manifests: descriptors(manifests), blobs: descriptors([...(config ? [config] : []), ...listOf(layers)]) }
    },
    catch: (cause) => broken(cause instanceof Error ? cause.message : String(cause))
  })
}

const listOf = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])

const descriptors = (value: unknown): ReadonlyArray<Descriptor> => {
  const found = listOf(value).map((each) => {
    if (!isDescriptor(each)) throw new Error("its manifest names something without a type, a digest and a size")
    if (each.urls !== undefined && each.urls.length > 0) {
      throw new Error(`${each.digest} is kept by somebody else, at ${each.urls[0]}`)
    }
    const { digest, mediaType, size } = each
    return { digest, mediaType, size }
  })
  return [...new Map(found.map((each) => [each.digest, each])).values()]
}
