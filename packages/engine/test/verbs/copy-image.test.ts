import { type Digest, ofBytes } from "@gantry/core/image/Digest"
import * as ImageRef from "@gantry/core/image/ImageRef"
import * as MediaType from "@gantry/core/image/MediaType"
import { Registry } from "@gantry/core/registry/Registry"
import * as MemoryRegistry from "@gantry/plugin-memory/MemoryRegistry"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Either, Stream } from "effect"
import { copyImage } from "../../src/verbs/copy-image.ts"

const nameOf = (text: string) => Either.getOrThrow(ImageRef.parse(text))
const bytesOf = (value: unknown) => new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value))

const source = nameOf("first.example/team/app:1")

/** Pushes content to the source; gives back what names it. */
const blob = (mediaType: string, text: string) =>
  Effect.gen(function* () {
    const bytes = bytesOf(text)
    const descriptor = { mediaType, digest: ofBytes(bytes), size: bytes.length }
    yield* (yield* Registry).push(source, descriptor, Stream.make(bytes))
    return descriptor
  })

/** Stores a document in the source, under a tag or its digest alone. */
const document = (mediaType: string, value: unknown, tag?: string) =>
  Effect.gen(function* () {
    const bytes = bytesOf(value)
    const { registry, repository } = source
    const digest = ofBytes(bytes)
    yield* (yield* Registry).tag(
      { registry, repository, ...(tag === undefined ? { digest } : { tag }) },
      { mediaType, bytes }
    )
    return { mediaType, digest, size: bytes.length }
  })

const manifest = (name: string, tag?: string) =>
  Effect.gen(function* () {
    const config = yield* blob(MediaType.ociConfig, `config of ${name}`)
    const layers = [yield* blob(MediaType.ociLayer, "shared"), yield* blob(MediaType.ociLayer, `layer of ${name}`)]
    return yield* document(MediaType.ociManifest, { schemaVersion: 2, config, layers: [...layers, ...layers] }, tag)
  })

const digestAt = (name: string) =>
  Effect.flatMap(Registry, (registry) =>
    Effect.map(registry.resolve(nameOf(name)), ({ descriptor }) => descriptor.digest)
  )

const wholeBlob = (name: string, digest: Digest) =>
  Effect.flatMap(Registry, (registry) => registry.hasBlob(nameOf(name), digest))

describe("copying an image", () => {
  it.scoped("keeps its digest, sends each blob once, and nothing the second time", () =>
    Effect.gen(function* () {
      const { digest } = yield* manifest("one", "1")
      const copied = yield* copyImage(source, nameOf("second.example/mine:2"))
      expect(copied).toEqual({ digest, sent: 3, there: 0 })
      expect(yield* digestAt("second.example/mine:2")).toBe(digest)
      expect(yield* copyImage(source, nameOf("second.example/mine:3"))).toEqual({ digest, sent: 0, there: 3 })
    }).pipe(Effect.provide(MemoryRegistry.layer))
  )

  it.scoped("takes blobs over from another repository of the same registry", () =>
    Effect.gen(function* () {
      const { digest } = yield* manifest("one", "1")
      expect(yield* copyImage(source, nameOf("first.example/other:1"))).toEqual({ digest, sent: 0, there: 3 })
      expect(yield* digestAt("first.example/other:1")).toBe(digest)
    }).pipe(Effect.provide(MemoryRegistry.layer))
  )

  it.scoped("takes all platforms of an index along, and what they share once", () =>
    Effect.gen(function* () {
      const manifests = [yield* manifest("one"), yield* manifest("two")]
      const { digest } = yield* document(MediaType.ociIndex, { schemaVersion: 2, manifests }, "1")
      expect(yield* copyImage(source, nameOf("second.example/mine:1"))).toEqual({ digest, sent: 5, there: 1 })
      for (const each of manifests) {
        expect(yield* digestAt(`second.example/mine@${each.digest}`)).toBe(each.digest)
      }
      expect(yield* wholeBlob("second.example/mine", ofBytes(bytesOf("layer of two")))).toBe(true)
    }).pipe(Effect.provide(MemoryRegistry.layer))
  )

  it.scoped("asks for each document once, however many indexes lead to it", () =>
    Effect.gen(function* () {
      let level = [yield* manifest("one"), yield* manifest("two")]
      for (const depth of [1, 2, 3]) {
        const indexes = level.map((_, at) =>
          document(MediaType.ociIndex, { schemaVersion: 2, manifests: level, annotations: { at: `${depth}.${at}` } })
        )
        level = yield* Effect.all(indexes)
      }
      const { digest } = yield* document(MediaType.ociIndex, { schemaVersion: 2, manifests: level }, "1")
      let asked = 0
      const copied = yield* copyImage(source, nameOf("second.example/mine:1")).pipe(
        Effect.updateService(Registry, (registry) => ({
          ...registry,
          resolve: (ref) => {
            asked++
            return registry.resolve(ref)
          }
        }))
      )
      expect(copied.digest).toBe(digest)
      expect(asked).toBe(1 + 3 * 2 + 2)
    }).pipe(Effect.provide(MemoryRegistry.layer))
  )

  it.scoped("names nothing when the image is broken, or is not there", () =>
    Effect.gen(function* () {
      const target = nameOf("second.example/mine:1")
      const missing = { mediaType: MediaType.ociLayer, digest: ofBytes(bytesOf("nowhere")), size: 7 }
      const config = yield* blob(MediaType.ociConfig, "config")
      const tried = (value: unknown, tag: string) =>
        Effect.gen(function* () {
          yield* document(MediaType.ociManifest, value, tag)
          const failure = yield* Effect.flip(copyImage({ ...source, tag }, target))
          yield* Effect.flip(digestAt("second.example/mine:1"))
          return failure
        })
      expect(yield* tried({ config, layers: [missing] }, "gone")).toMatchObject({ _tag: "ImageNotFound" })
      expect(yield* tried({ config, layers: [{ digest: "sha256:0" }] }, "odd")).toMatchObject({
        _tag: "ImageBroken",
        why: expect.stringContaining("without a type, a digest and a size")
      })
      const foreign = { ...config, urls: ["https://else.example/layer"] }
      expect(yield* tried({ config, layers: [foreign] }, "foreign")).toMatchObject({
        why: expect.stringContaining("https://else.example/layer")
      })
      expect(yield* tried("no JSON", "text")).toMatchObject({ _tag: "ImageBroken" })
      expect(yield* Effect.flip(copyImage(nameOf("first.example/none:1"), target))).toMatchObject({
        _tag: "ImageNotFound"
      })
    }).pipe(Effect.provide(MemoryRegistry.layer))
  )
})
