import { gzipSync } from "node:zlib"
import { type Digest, ofBytes } from "@gantry/core/image/Digest"
import * as ImageRef from "@gantry/core/image/ImageRef"
import * as MediaType from "@gantry/core/image/MediaType"
import { Registry } from "@gantry/core/registry/Registry"
import { BlobStore } from "@gantry/core/store/BlobStore"
import { tarPieces } from "@gantry/core/tree/tar-write"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Either, Option, Stream } from "effect"
import { Images } from "../../src/images/Images.ts"
import type { PullEvent } from "../../src/images/PullEvent.ts"
import { pull } from "../../src/verbs/pull.ts"
import { push } from "../../src/verbs/push.ts"
import { configOf, file, listing, world } from "../world.ts"

const nameOf = (text: string) => Either.getOrThrow(ImageRef.parse(text))
const web = nameOf("registry.example/team/web:1")
const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))

/** Uploads an image whose layers hold one file each; gives back what was stored. */
const published = (
  ref: ImageRef.ImageRef,
  files: ReadonlyArray<string>,
  { level = 6, ...platform }: { readonly architecture?: string; readonly level?: number } = {}
) =>
  Effect.gen(function* () {
    const registry = yield* Registry
    const archives = files.map((name) => Buffer.concat([...tarPieces([file(name, `content of ${name}`)])]))
    const layers = archives.map((archive) => gzipSync(archive, { level }))
    const diffIds = archives.map((archive) => ofBytes(archive))
    const config = text({ ...configOf({ Cmd: ["sh"] }, diffIds), ...platform })
    const upload = (bytes: Uint8Array, mediaType: string) =>
      Effect.as(registry.push(ref, { digest: ofBytes(bytes), size: bytes.length, mediaType }, Stream.make(bytes)), {
        digest: ofBytes(bytes),
        size: bytes.length,
        mediaType
      })
    const manifest = text({
      schemaVersion: 2,
      mediaType: MediaType.ociManifest,
      config: yield* upload(config, MediaType.ociConfig),
      layers: yield* Effect.forEach(layers, (layer) => upload(layer, MediaType.ociLayerGzip))
    })
    yield* registry.tag(ref, { mediaType: MediaType.ociManifest, bytes: manifest })
    return {
      manifest: ofBytes(manifest),
      id: ofBytes(config),
      layers: layers.map((layer) => ofBytes(layer)),
      entry: { mediaType: MediaType.ociManifest, digest: ofBytes(manifest), size: manifest.length }
    }
  })

/** Uploads an image of two machines, each with a file of its own besides a common one. */
const publishedForTwo = Effect.gen(function* () {
  const platforms = ["amd64", "s390x"].map((architecture) => ({ os: "linux", architecture }))
  const images = yield* Effect.forEach(platforms, ({ architecture }) =>
    published(nameOf(`registry.example/team/web:${architecture}`), ["common", architecture], { architecture })
  )
  const manifests = images.map(({ entry }, at) => ({ ...entry, platform: platforms[at] }))
  const index = text({ schemaVersion: 2, mediaType: MediaType.ociIndex, manifests })
  yield* (yield* Registry).tag(web, { mediaType: MediaType.ociIndex, bytes: index })
  const [ours, other] = images
  if (ours === undefined || other === undefined) throw new Error("two images were published")
  return { ours, other, digest: ofBytes(index), platforms }
})

describe("pull", () => {
  it.scoped("stores an image under its name, with its layers, and finds it up to date the second time", () =>
    Effect.gen(function* () {
      const { id, manifest } = yield* published(web, ["a", "b", "c"])
      const events: Array<PullEvent> = []
      const first = yield* pull(web, { onEvent: (event) => void events.push(event) })
      expect(first.status).toBe("new")
      expect(first.digest).toBe(manifest)
      const record = yield* (yield* Images).find("registry.example/team/web:1")
      expect(record.id).toBe(id)
      expect(record.digests).toEqual([`registry.example/team/web@${manifest}`])
      expect(yield* listing(record.stack)).toEqual([
        "644 0:0 a=content of a",
        "644 0:0 b=content of b",
        "644 0:0 c=content of c"
      ])
      expect((yield* pull(web)).status).toBe("up-to-date")
    }).pipe(Effect.provide(world))
  )

  it.scoped("forgets what a killed process had fetched of a layer that it had stored", () =>
    Effect.gen(function* () {
      const { layers } = yield* published(web, ["a", "b"])
      yield* published(nameOf("registry.example/team/app:1"), ["a"])
      yield* pull(nameOf("registry.example/team/app:1"))
      const blobs = yield* BlobStore
      const partial = (digest: Digest) => Effect.map(blobs.partial(digest), Option.getOrThrow)
      const [first = ofBytes(new Uint8Array())] = layers
      yield* Effect.scoped(Effect.flatMap(partial(first), ({ append }) => append(Uint8Array.of(1, 2, 3))))
      yield* pull(web)
      expect((yield* partial(first)).size).toBe(0)
    }).pipe(Effect.provide(world))
  )

  it.scoped("calls an image up to date that the registry has in another compression now, and pushes that one on", () =>
    Effect.gen(function* () {
      yield* published(web, ["a"])
      yield* pull(web)
      const { id, manifest } = yield* published(web, ["a"], { level: 1 })
      expect(yield* pull(web)).toMatchObject({ status: "up-to-date", digest: manifest })
      expect(yield* (yield* Images).find("registry.example/team/web:1")).toMatchObject({ id, manifest })
    }).pipe(Effect.provide(world))
  )

  it.scoped("keeps the platforms of one index beside each other, and forgets the others when the name moves", () =>
    Effect.gen(function* () {
      const images = yield* Images
      const { digest, other, ours, platforms } = yield* publishedForTwo
      for (const platform of platforms) expect((yield* pull(web, { platform })).status).toBe("new")
      const ids = Effect.map(images.named(web), (each) => each.map(({ id }) => id).toSorted())
      expect(yield* ids).toEqual([ours.id, other.id].toSorted())
      for (const platform of platforms) expect((yield* pull(web, { platform })).status).toBe("up-to-date")
      expect(yield* ids).toHaveLength(2)
      for (const { id } of [ours, other]) {
        expect((yield* images.find(id)).digests).toEqual([`registry.example/team/web@${digest}`])
      }
      const alias = nameOf("alias")
      yield* images.tag(alias, (yield* images.find(ImageRef.format(web))).id, web)
      expect(yield* Effect.map(images.named(alias), (each) => each.length)).toBe(2)
      expect(yield* images.indexOf(alias)).toBe(yield* images.indexOf(web))
      const there = { ...web, tag: "2" }
      const image = yield* images.find(ImageRef.format(web))
      const index = yield* images.indexOf(web)
      yield* push([{ image, ref: there, ...(index === undefined ? {} : { index }) }])
      for (const [at, platform] of platforms.entries()) {
        expect((yield* pull(there, { platform })).image.id).toBe([ours, other][at]?.id)
      }
      const { id } = yield* published(web, ["common"])
      yield* pull(web)
      expect(yield* ids).toEqual([id])
    }).pipe(Effect.provide(world))
  )

  it.scoped("pushes an index whose images have got other manifests since", () =>
    Effect.gen(function* () {
      const images = yield* Images
      const { other, ours, platforms } = yield* publishedForTwo
      for (const platform of platforms) yield* pull(web, { platform })
      const index = yield* images.indexOf(web)
      for (const [at, each] of [ours, other].entries()) {
        const { architecture = "" } = platforms[at] ?? {}
        const again = nameOf(`registry.example/team/again:${architecture}`)
        const { id } = yield* published(again, ["common", architecture], { architecture, level: 1 })
        expect(id).toBe(each.id)
        yield* pull(again, { platform: { os: "linux", architecture } })
      }
      const [done] = yield* push([
        { image: yield* images.find(ours.id), ref: { ...web, tag: "3" }, ...(index === undefined ? {} : { index }) }
      ])
      const known = `registry.example/team/web@${done?.digest}`
      for (const { id } of [ours, other]) expect((yield* images.find(id)).digests).toContain(known)
      expect((yield* images.find(known)).id).toBe(ours.id)
    }).pipe(Effect.provide(world))
  )
})
