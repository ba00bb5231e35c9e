import type { Descriptor } from "@gantry/core/image/Descriptor"
import { type ImageRef, placeOf } from "@gantry/core/image/ImageRef"
import { shown } from "@gantry/core/image/ImageSource"
import { Registry } from "@gantry/core/registry/Registry"
import type { RegistryError } from "@gantry/core/registry/RegistryError"
import type { BlobCorrupt } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { fetchWhole } from "../images/fetch-whole.ts"
import { type EntryPlatform, decodePlatform } from "./IndexEntry.ts"
import { ManifestsRefused } from "./ManifestsRefused.ts"
import { type ManifestDocument, readDocument } from "./read-document.ts"

/** A manifest or an index of a registry, its bytes, and what they say. */
export interface FetchedDocument {
  readonly ref: ImageRef
  readonly bytes: Uint8Array
  readonly descriptor: Descriptor
  readonly document: ManifestDocument
}

/** How documents of registries cannot be had. */
export type FetchError = BlobCorrupt | ManifestsRefused | RegistryError

/** Bytes of the largest config that is read. */
export const mostConfig = 8 * 1024 * 1024

/** Fetches what a name leads to and reads it. A digest in the name is verified. */
export const fetchDocument = (ref: ImageRef): Effect.Effect<FetchedDocument, FetchError, Registry> =>
  Effect.gen(function* () {
    const { bytes, descriptor } = yield* (yield* Registry).resolve(ref)
    const document = yield* readOrRefuse(ref, bytes, descriptor.mediaType)
    return { ref, bytes, descriptor: { ...descriptor, mediaType: document.mediaType }, document }
  })

/** Reads a document that came from a place. */
export const readOrRefuse = (
  ref: ImageRef,
  bytes: Uint8Array,
  mediaType: string
): Effect.Effect<ManifestDocument, ManifestsRefused> =>
  Either.match(readDocument({ bytes, mediaType }), {
    onLeft: (why) =>
      new ManifestsRefused({ what: `${shown(ref)} cannot be used`, why, hint: "push it again with a current tool" }),
    onRight: (document) => Effect.succeed(document)
  })

/** Fetches a JSON document that a manifest names: verified, and no larger than `most` bytes. */
export const fetchJson = (
  ref: ImageRef,
  descriptor: Descriptor,
  most: number
): Effect.Effect<unknown, FetchError, Registry> =>
  Effect.gen(function* () {
    const refuse = (why: string) =>
      new ManifestsRefused({
        what: `${shown(ref)} cannot be used`,
        why: `${descriptor.digest} ${why}`,
        hint: "do not trust where it came from, or push it again"
      })
    if (descriptor.size > most) return yield* refuse(`has ${descriptor.size} bytes, and ${most} are the most`)
    const bytes = yield* fetchWhole(placeOf(ref), descriptor)
    return yield* Effect.try({
      try: () => JSON.parse(bytes.toString("utf8")) as unknown,
      catch: () => refuse("is not JSON")
    })
  })

/** What the config of a manifest says that the image is for; undefined when it does not say, as of other artifacts. */
export const fetchPlatform = (
  ref: ImageRef,
  config: Descriptor
): Effect.Effect<EntryPlatform | undefined, FetchError, Registry> =>
  isImageConfig(config) ? Effect.map(fetchJson(ref, config, mostConfig), decodePlatform) : Effect.succeed(undefined)

/** Whether a manifest says that its config is that of an image. */
export const isImageConfig = ({ mediaType }: Descriptor): boolean => /\.image\.(?:config\.)?v1\+json$/.test(mediaType)

/**
 * Counts what is kept in memory of one image of a registry: fails once it is more than `most` bytes, however the registry
 * divides it.
 */
export const makeAllowance = (ref: ImageRef, most: number) => {
  let kept = 0
  return (bytes: number): Effect.Effect<void, ManifestsRefused> =>
    Effect.suspend(() => {
      kept += bytes
      if (kept <= most) return Effect.void
      return new ManifestsRefused({
        what: `${shown(ref)} cannot be shown`,
        why: `there are more than ${most} bytes of manifests, configs and attachments`,
        hint: "gantry buildx imagetools inspect --raw shows its index; ask for one of its images by digest"
      })
    })
}
