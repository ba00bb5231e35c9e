import { type Digest, ofBytes } from "@gantry/core/image/Digest"
import { type ImageRef, placeOf } from "@gantry/core/image/ImageRef"
import { shown } from "@gantry/core/image/ImageSource"
import { type ManifestBytes, Registry } from "@gantry/core/registry/Registry"
import * as Effect from "effect/Effect"
import { combine, type CombinedSource, type CombineOptions } from "../manifests/combine.ts"
import { fetchDocument, type FetchedDocument, type FetchError, fetchPlatform } from "../manifests/fetch-document.ts"
import type { EntryPlatform, IndexEntry } from "../manifests/IndexEntry.ts"
import { ManifestsRefused } from "../manifests/ManifestsRefused.ts"
import { copyDocument, type CopyImageError } from "./copy-image.ts"

/** What an image is made of, and what somebody says of it in the place of what it says itself. */
export interface ImageSourceWish {
  readonly ref: ImageRef
  readonly said?: SaidOfSource
}

/** What somebody says of a source: a descriptor of which anything may be missing. */
export interface SaidOfSource {
  readonly mediaType?: string
  readonly size?: number
  readonly annotations?: { readonly [name: string]: string }
  /** Its parts may be missing, which are then read from the image. */
  readonly platform?: Partial<EntryPlatform>
}

/** A document that can be pushed, and what must be there for it. */
export interface CombinedImage {
  readonly manifest: ManifestBytes
  readonly digest: Digest
  readonly sources: ReadonlyArray<FetchedDocument>
}

/** How many sources are asked for at once. */
const atOnce = 4

/** Reads images and indexes of registries, and combines them to one document. Nothing is written and no layer is read. */
export const combineImages = (
  wishes: ReadonlyArray<ImageSourceWish>,
  options: CombineOptions
): Effect.Effect<CombinedImage, FetchError, Registry> =>
  Effect.gen(function* () {
    const found = yield* Effect.forEach(
      wishes,
      (wish) =>
        Effect.gen(function* () {
          const fetched = yield* fetchDocument(wish.ref)
          return { fetched, source: yield* sourceOf(fetched, wish) }
        }),
      { concurrency: atOnce }
    )
    const manifest = combine(
      found.map(({ source }) => source),
      options
    )
    return { manifest, digest: ofBytes(manifest.bytes), sources: found.map(({ fetched }) => fetched) }
  })

const sourceOf = (
  fetched: FetchedDocument,
  { said = {} }: ImageSourceWish
): Effect.Effect<CombinedSource, FetchError, Registry> =>
  Effect.gen(function* () {
    const { bytes, descriptor, document, ref } = fetched
    const { digest, size } = descriptor
    if (said.size !== undefined && said.size !== 0 && said.size !== size) {
      return yield* new ManifestsRefused({
        what: `${shown(ref)} cannot be used`,
        why: `it has ${size} bytes, and its descriptor says ${said.size}`,
        hint: "correct the descriptor, or leave the size out"
      })
    }
    const platform = document.type === "index" ? undefined : yield* platformOf(said.platform, fetched)
    const entry: IndexEntry = {
      mediaType: said.mediaType ?? document.mediaType,
      digest,
      size,
      ...(said.annotations === undefined ? {} : { annotations: said.annotations }),
      ...(platform === undefined ? {} : { platform })
    }
    return { entry, bytes, document }
  })

/** What somebody says that an image is for; what that leaves out is read from its config. */
const platformOf = (
  said: Partial<EntryPlatform> | undefined,
  { document, ref }: FetchedDocument
): Effect.Effect<EntryPlatform | undefined, FetchError, Registry> =>
  Effect.gen(function* () {
    const { architecture, os } = said ?? {}
    if (said !== undefined && architecture !== undefined && os !== undefined) return { ...said, architecture, os }
    const own = document.type === "index" ? undefined : yield* fetchPlatform(ref, document.config)
    return own === undefined ? undefined : { ...own, ...said }
  })

/**
 * Names a combined image in a registry. What its repository lacks of the sources is mounted there or copied first, the
 * same bytes and digests; `onCopy` hears of each. The name is there when all of the image is.
 */
export const pushCombined = (
  { manifest, sources }: CombinedImage,
  to: ImageRef,
  onCopy: (from: FetchedDocument) => void = () => {}
): Effect.Effect<void, CopyImageError, Registry> =>
  Effect.gen(function* () {
    const registry = yield* Registry
    const copies = Effect.gen(function* () {
      for (const source of sources) {
        const { bytes, descriptor, ref } = source
        if (ref.registry === to.registry && ref.repository === to.repository) continue
        onCopy(source)
        const { digest, mediaType } = descriptor
        yield* copyDocument({ bytes, mediaType }, ref, to)
        yield* registry.tag({ ...placeOf(to), digest }, { bytes, mediaType })
      }
      yield* registry.tag(to, manifest)
    })
    yield* registry.together(to, copies)
  })
