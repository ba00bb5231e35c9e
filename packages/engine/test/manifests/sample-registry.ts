import { type Digest, ofBytes } from "@gantry/core/image/Digest"
import * as ImageRef from "@gantry/core/image/ImageRef"
import * as MediaType from "@gantry/core/image/MediaType"
import { Registry } from "@gantry/core/registry/Registry"
import { Effect, Either, Stream } from "effect"
import type { EntryPlatform } from "../../src/manifests/IndexEntry.ts"

/** A name as it is read. */
export const nameOf = (text: string): ImageRef.ImageRef => Either.getOrThrow(ImageRef.parse(text))

const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))

/** Pushes a blob of JSON to the repository of a name; gives back what names it. */
export const blob = (name: string, mediaType: string, value: unknown) =>
  Effect.gen(function* () {
    const bytes = bytesOf(value)
    const descriptor = { mediaType, digest: ofBytes(bytes), size: bytes.length }
    yield* (yield* Registry).push(nameOf(name), descriptor, Stream.make(bytes))
    return descriptor
  })

/** Stores a document under a name; gives back what names it. */
export const document = (name: string, mediaType: string, value: object) =>
  Effect.gen(function* () {
    const bytes = bytesOf(value)
    yield* (yield* Registry).tag(nameOf(name), { mediaType, bytes })
    return { mediaType, digest: ofBytes(bytes), size: bytes.length }
  })

/** Pushes an image of one layer for a platform under a name. */
export const pushImage = (name: string, platform: EntryPlatform, mediaType: string = MediaType.ociManifest) =>
  Effect.gen(function* () {
    const rootfs = { type: "layers", diff_ids: [] }
    const config = yield* blob(name, MediaType.ociConfig, { ...platform, config: { Env: [`NAME=${name}`] }, rootfs })
    const layers = [yield* blob(name, MediaType.ociLayer, `layer of ${platform.architecture}`)]
    return yield* document(name, mediaType, { schemaVersion: 2, mediaType, config, layers })
  })

/** Stores an index under a name. */
export const pushIndex = (name: string, manifests: ReadonlyArray<object>, mediaType: string = MediaType.ociIndex) =>
  document(name, mediaType, { schemaVersion: 2, mediaType, manifests })

/** What a registry has under a name, read as JSON. */
export const documentAt = (name: string) =>
  Effect.flatMap(Registry, (registry) =>
    Effect.map(registry.resolve(nameOf(name)), ({ bytes, descriptor }) => ({
      digest: descriptor.digest,
      text: new TextDecoder().decode(bytes),
      json: JSON.parse(new TextDecoder().decode(bytes)) as { readonly manifests: ReadonlyArray<{ digest: Digest }> }
    }))
  )

/** Platforms that samples are for. */
export const amd64: EntryPlatform = { architecture: "amd64", os: "linux" }
export const arm64: EntryPlatform = { architecture: "arm64", os: "linux" }
