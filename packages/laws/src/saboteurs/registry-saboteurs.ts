import { type Digest, ofBytes } from "@gantry/core/image/Digest"
import {
  make,
  type ManifestBytes,
  Registry,
  type RegistryDriver,
  type RegistryShape
} from "@gantry/core/registry/Registry"
import { ImageNotFound } from "@gantry/core/registry/RegistryError"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { RegistryBench } from "../registry-laws.ts"
import type { Saboteur } from "../Saboteur.ts"

interface Held {
  readonly blobs: Map<Digest, Uint8Array>
  readonly manifests: Map<string, ManifestBytes>
}

const found = <A>(value: A | undefined) =>
  value === undefined ? Effect.fail(new ImageNotFound({ reference: "sabotaged" })) : Effect.succeed(value)

/** One repository that believes what it is sent, for the sins to change one method of. */
const honest = ({ blobs, manifests }: Held): RegistryDriver => {
  return {
    manifest: (ref) => Effect.suspend(() => found(manifests.get(ref.digest ?? ref.tag ?? "latest"))),
    fetch: (_, digest, offset) =>
      Stream.unwrap(
        Effect.suspend(() => Effect.map(found(blobs.get(digest)), (bytes) => Stream.make(bytes.subarray(offset))))
      ),
    hasBlob: (_, digest) => Effect.sync(() => blobs.has(digest)),
    push: (_, { digest }, bytes) =>
      Effect.map(Stream.runCollect(bytes), (parts) => void blobs.set(digest, Buffer.concat([...parts]))),
    upload: (_, bytes) =>
      Effect.map(Stream.runCollect(bytes), (parts) => {
        const whole = Buffer.concat([...parts])
        const digest = ofBytes(whole)
        blobs.set(digest, whole)
        return { digest, size: whole.length }
      }),
    mount: (_, digest) => Effect.sync(() => blobs.has(digest)),
    tag: (ref, manifest) =>
      Effect.sync(() => {
        manifests.set(ofBytes(manifest.bytes), manifest)
        if (ref.tag !== undefined) manifests.set(ref.tag, manifest)
      }),
    tags: () => Effect.sync(() => [...manifests.keys()].filter((name) => !name.includes(":")).toSorted())
  }
}

const bench = Layer.succeed(RegistryBench, { registry: "sabotaged.example", repository: "laws" })

const spoiled = (
  sin: (held: Held, driver: RegistryDriver) => Partial<RegistryDriver>,
  over: (driver: RegistryDriver) => Partial<RegistryShape> = () => ({})
): Layer.Layer<Registry | RegistryBench> =>
  Layer.merge(
    bench,
    Layer.sync(Registry, () => {
      const held: Held = { blobs: new Map(), manifests: new Map() }
      const driver = honest(held)
      const sinful = { ...driver, ...sin(held, driver) }
      return { ...make(sinful), ...over(sinful) }
    })
  )

/** Registries with one sin each. */
export const registrySaboteurs: ReadonlyArray<Saboteur<Registry | RegistryBench>> = [
  {
    sin: "loses all pieces of a body but the first",
    breaks: ["REG-1"],
    layer: spoiled((_, driver) => ({
      push: (ref, descriptor, bytes) => driver.push(ref, descriptor, Stream.take(bytes, 1))
    }))
  },
  {
    sin: "loses the end of what it gets as a whole",
    breaks: ["REG-1"],
    layer: spoiled((_, driver) => ({
      pushBytes: (ref, descriptor, bytes) => driver.push(ref, descriptor, Stream.make(bytes.subarray(0, -1)))
    }))
  },
  {
    sin: "writes manifests again",
    breaks: ["REG-1"],
    layer: spoiled((_, driver) => ({
      tag: (ref, { bytes, mediaType }) => {
        const written = JSON.stringify(JSON.parse(new TextDecoder().decode(bytes)))
        return driver.tag(ref, { mediaType, bytes: new TextEncoder().encode(written) })
      }
    }))
  },
  {
    sin: "forgets the media type",
    breaks: ["REG-1"],
    layer: spoiled((_, driver) => ({
      manifest: (ref) =>
        Effect.map(driver.manifest(ref), (manifest) => ({ ...manifest, mediaType: "application/json" }))
    }))
  },
  {
    sin: "lists no tags",
    breaks: ["REG-1"],
    layer: spoiled(() => ({ tags: () => Effect.succeed([]) }))
  },
  {
    sin: "keeps the first manifest of a tag",
    breaks: ["REG-2"],
    layer: spoiled(({ manifests }, driver) => ({
      tag: (ref, manifest) =>
        Effect.suspend(() => {
          const { tag, ...untagged } = ref
          return driver.tag(tag !== undefined && manifests.has(tag) ? untagged : ref, manifest)
        })
    }))
  },
  {
    sin: "lets the tag win over the digest, and does not check",
    breaks: ["REG-2"],
    layer: spoiled(
      () => ({}),
      (driver) => ({
        resolve: ({ digest, ...ref }) =>
          Effect.map(
            driver.manifest(ref.tag === undefined && digest !== undefined ? { ...ref, digest } : ref),
            (manifest) => ({
              ...manifest,
              descriptor: {
                mediaType: manifest.mediaType,
                digest: ofBytes(manifest.bytes),
                size: manifest.bytes.length
              }
            })
          )
      })
    )
  },
  {
    sin: "hands bodies on without looking at them",
    breaks: ["REG-3"],
    layer: spoiled(
      () => ({}),
      (driver) => ({ fetch: (ref, { digest }) => driver.fetch(ref, digest, 0) })
    )
  },
  {
    sin: "compares sizes instead of digests",
    breaks: ["REG-3"],
    layer: spoiled(
      () => ({}),
      (driver) => ({
        fetch: (ref, { digest, size }) =>
          Stream.unwrap(
            Effect.flatMap(Stream.runCollect(driver.fetch(ref, digest, 0)), (parts) => {
              const whole: Uint8Array = Buffer.concat([...parts])
              return whole.length === size
                ? Effect.succeed(Stream.make(whole))
                : Effect.fail(new ImageNotFound({ reference: digest }))
            })
          )
      })
    )
  },
  {
    sin: "compares digests and believes any size",
    breaks: ["REG-3"],
    layer: spoiled(
      () => ({}),
      (driver) => {
        const checked = make(driver)
        return {
          fetch: (ref, descriptor) =>
            Stream.unwrap(
              Effect.map(Stream.runCollect(driver.fetch(ref, descriptor.digest, 0)), (parts) =>
                checked.fetch(ref, { ...descriptor, size: Buffer.concat([...parts]).length })
              )
            )
        }
      }
    )
  },
  {
    sin: "says that it mounted what nobody has",
    breaks: ["REG-4"],
    layer: spoiled(() => ({ mount: () => Effect.succeed(true) }))
  },
  {
    sin: "mounts nothing",
    breaks: ["REG-4"],
    layer: spoiled(() => ({ mount: () => Effect.succeed(false) }))
  },
  {
    sin: "mounts the beginning of a blob",
    breaks: ["REG-4"],
    layer: spoiled(({ blobs }) => ({
      mount: (_, digest) =>
        Effect.sync(() => {
          const bytes = blobs.get(digest)
          if (bytes !== undefined) blobs.set(digest, bytes.subarray(0, -1))
          return bytes !== undefined
        })
    }))
  },
  {
    sin: "forgets the last piece of an upload and tells the digest of all of it",
    breaks: ["REG-5"],
    layer: spoiled(({ blobs }, driver) => ({
      upload: (ref, bytes) =>
        Effect.map(driver.upload(ref, bytes), (uploaded) => {
          blobs.set(uploaded.digest, (blobs.get(uploaded.digest) ?? new Uint8Array()).subarray(0, -1))
          return uploaded
        })
    }))
  },
  {
    sin: "tells a size of its own of an upload",
    breaks: ["REG-5"],
    layer: spoiled((_, driver) => ({
      upload: (ref, bytes) => Effect.map(driver.upload(ref, bytes), ({ digest, size }) => ({ digest, size: size + 1 }))
    }))
  },
  {
    sin: "begins at the first byte, whatever was asked for",
    breaks: ["REG-6"],
    layer: spoiled((_, driver) => ({ fetch: (ref, digest) => driver.fetch(ref, digest, 0) }))
  },
  {
    sin: "begins one byte behind the offset",
    breaks: ["REG-6"],
    layer: spoiled((_, driver) => ({
      fetch: (ref, digest, offset) => driver.fetch(ref, digest, offset === 0 ? 0 : offset + 1)
    }))
  }
]
