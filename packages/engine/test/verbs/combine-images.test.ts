import * as MediaType from "@gantry/core/image/MediaType"
import { Registry } from "@gantry/core/registry/Registry"
import * as MemoryRegistry from "@gantry/plugin-memory/MemoryRegistry"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { combineImages, type ImageSourceWish, pushCombined } from "../../src/verbs/combine-images.ts"
import { amd64, arm64, blob, document, documentAt, nameOf, pushImage, pushIndex } from "../manifests/sample-registry.ts"

const plain = { annotations: [], preferIndex: true }
const combined = (...sources: ReadonlyArray<ImageSourceWish>) => combineImages(sources, plain)
const target = nameOf("second.example/app:1")

describe("an image that is combined of others", () => {
  it.scoped("is for what their configs say, and is pushed with all that it names", () =>
    Effect.gen(function* () {
      const amd = yield* pushImage("first.example/a:amd", amd64)
      const arm = yield* pushImage("second.example/b:arm", arm64)
      const made = yield* combined({ ref: nameOf("first.example/a:amd") }, { ref: nameOf("second.example/b:arm") })
      const copied: Array<string> = []
      yield* pushCombined(made, target, ({ descriptor }) => void copied.push(descriptor.digest))
      expect(copied).toEqual([amd.digest, arm.digest])
      const { digest, json } = yield* documentAt("second.example/app:1")
      expect(digest).toBe(made.digest)
      expect(json.manifests).toEqual([
        { ...amd, platform: amd64 },
        { ...arm, platform: arm64 }
      ])
      for (const each of copied) yield* documentAt(`second.example/app@${each}`)
    }).pipe(Effect.provide(MemoryRegistry.layer))
  )

  it.scoped("copies nothing within one repository", () =>
    Effect.gen(function* () {
      yield* pushImage("second.example/app:amd", amd64)
      const copied: Array<unknown> = []
      yield* pushCombined(
        yield* combined({ ref: nameOf("second.example/app:amd") }),
        target,
        (from) => void copied.push(from)
      )
      expect(copied).toEqual([])
      expect((yield* documentAt("second.example/app:1")).json.manifests).toHaveLength(1)
    }).pipe(Effect.provide(MemoryRegistry.layer))
  )

  it.scoped("believes what somebody says of a source, but no other size", () =>
    Effect.gen(function* () {
      const amd = yield* pushImage("first.example/a:1", amd64)
      const ref = nameOf("first.example/a:1")
      const said = { size: amd.size, annotations: { a: "b" }, platform: { "os.version": "7" } }
      const { manifest } = yield* combined({ ref, said })
      expect(JSON.parse(new TextDecoder().decode(manifest.bytes)).manifests).toEqual([
        { ...amd, annotations: { a: "b" }, platform: { ...amd64, "os.version": "7" } }
      ])
      expect(yield* Effect.flip(combined({ ref, said: { size: 1 } }))).toMatchObject({
        _tag: "ManifestsRefused",
        why: `it has ${amd.size} bytes, and its descriptor says 1`
      })
    }).pipe(Effect.provide(MemoryRegistry.layer))
  )

  it.scoped("refuses configs that are too large, and sources of schema 1", () =>
    Effect.gen(function* () {
      const config = { ...(yield* blob("first.example/a:1", MediaType.ociConfig, {})), size: 2 ** 40 }
      yield* document("first.example/a:1", MediaType.ociManifest, { schemaVersion: 2, config, layers: [] })
      expect(yield* Effect.flip(combined({ ref: nameOf("first.example/a:1") }))).toMatchObject({
        why: expect.stringContaining("bytes, and 8388608 are the most")
      })
      yield* document("first.example/a:2", "application/vnd.docker.distribution.manifest.v1+json", { schemaVersion: 1 })
      expect(yield* Effect.flip(combined({ ref: nameOf("first.example/a:2") }))).toMatchObject({
        why: expect.stringContaining("schema 1")
      })
    }).pipe(Effect.provide(MemoryRegistry.layer))
  )

  it.scoped("has no name when something of it cannot be had, or leads too deep", () =>
    Effect.gen(function* () {
      let inner = yield* pushImage("first.example/a:0", amd64)
      for (const at of [1, 2, 3, 4, 5, 6]) inner = yield* pushIndex(`first.example/a:${at}`, [inner])
      const deep = yield* combined({ ref: nameOf("first.example/a:6") })
      expect(yield* Effect.flip(pushCombined(deep, target))).toMatchObject({
        _tag: "ImageBroken",
        why: "its index leads through more than 4 others"
      })
      const gone = { mediaType: MediaType.ociManifest, digest: `sha256:${"0".repeat(64)}`, size: 2 }
      yield* pushIndex("first.example/b:1", [gone])
      const broken = yield* combined({ ref: nameOf("first.example/b:1") })
      expect(yield* Effect.flip(pushCombined(broken, target))).toMatchObject({ _tag: "ImageNotFound" })
      expect(yield* Effect.flip((yield* Registry).resolve(target))).toMatchObject({ _tag: "ImageNotFound" })
    }).pipe(Effect.provide(MemoryRegistry.layer))
  )
})
