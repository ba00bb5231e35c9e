import { type Digest, ofBytes } from "@gantry/core/image/Digest"
import { format, type ImageRef } from "@gantry/core/image/ImageRef"
import { make as makeRegistry, type ManifestBytes, Registry, type RegistryDriver } from "@gantry/core/registry/Registry"
import { ImageNotFound, RegistryRefused } from "@gantry/core/registry/RegistryError"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"

interface Repository {
  readonly blobs: Map<Digest, Uint8Array>
  readonly manifests: Map<Digest, ManifestBytes>
  readonly tags: Map<string, Digest>
}

/**
 * Every registry of a small world, by host and repository: maps. Like a real one it refuses a body that is not what its
 * digest says.
 */
export const makeDriver: Effect.Effect<RegistryDriver> = Effect.sync(() => {
  const repositories = new Map<string, Repository>()
  const at = ({ registry, repository }: Pick<ImageRef, "registry" | "repository">): Repository => {
    const name = `${registry}/${repository}`
    const known = repositories.get(name)
    if (known !== undefined) return known
    const fresh = { blobs: new Map(), manifests: new Map(), tags: new Map() }
    repositories.set(name, fresh)
    return fresh
  }
  return {
    manifest: (ref) =>
      Effect.suspend(() => {
        const { manifests, tags } = at(ref)
        const digest = ref.digest ?? tags.get(ref.tag ?? "latest")
        return found(digest === undefined ? undefined : manifests.get(digest), format(ref))
      }),
    fetch: (ref, digest, offset) =>
      Stream.unwrap(
        Effect.suspend(() =>
          Effect.map(found(at(ref).blobs.get(digest), `${ref.registry}/${ref.repository}@${digest}`), (bytes) =>
            Stream.make(bytes.subarray(offset))
          )
        )
      ),
    hasBlob: (ref, digest) => Effect.sync(() => at(ref).blobs.has(digest)),
    push: (ref, { digest }, bytes) =>
      Effect.flatMap(Stream.runCollect(Stream.map(bytes, (piece) => piece.slice())), (parts) => {
        const whole = Buffer.concat([...parts])
        if (ofBytes(whole) !== digest) {
          return Effect.fail(new RegistryRefused({ registry: ref.registry, code: "DIGEST_INVALID", detail: digest }))
        }
        at(ref).blobs.set(digest, whole)
        return Effect.void
      }),
    upload: (ref, bytes) =>
      Effect.map(Stream.runCollect(Stream.map(bytes, (piece) => piece.slice())), (parts) => {
        const whole = Buffer.concat([...parts])
        const digest = ofBytes(whole)
        at(ref).blobs.set(digest, whole)
        return { digest, size: whole.length }
      }),
    mount: (ref, digest, from) =>
      Effect.sync(() => {
        const bytes = at({ registry: ref.registry, repository: from }).blobs.get(digest)
        if (bytes === undefined) return false
        at(ref).blobs.set(digest, bytes)
        return true
      }),
    tag: (ref, manifest) =>
      Effect.sync(() => {
        const { manifests, tags } = at(ref)
        const digest = ofBytes(manifest.bytes)
        manifests.set(digest, manifest)
        if (ref.tag !== undefined) tags.set(ref.tag, digest)
      }),
    tags: (ref) => Effect.sync(() => [...at(ref).tags.keys()].toSorted())
  }
})

const found = <A>(value: A | undefined, reference: string) =>
  value === undefined ? Effect.fail(new ImageNotFound({ reference })) : Effect.succeed(value)

/** Registries that are gone when the program ends. */
export const layer: Layer.Layer<Registry> = Layer.effect(Registry, Effect.map(makeDriver, makeRegistry))
