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
import { configOf, file, listing, world } from "../world.ts"

const nameOf = (text: string) => Either.getOrThrow(ImageRef.parse(text))
const web = nameOf("registry.example/team/web:1")
const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))

/** Uploads an image whose layers hold one file each; gives back what was stored. */
const published = (ref: ImageRef.ImageRef, files: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const registry = yield* Registry
    const archives = files.map((name) => Buffer.concat([...tarPieces([file(name, `content of ${name}`)])]))
    const layers = archives.map((archive) => gzipSync(archive))
    const config = text(configOf({ Cmd: ["sh"] }, archives.map((archive) => ofBytes(archive)) as Array<Digest>))
    const push = (bytes: Uint8Array, mediaType: string) =>
      Effect.as(registry.push(ref, { digest: ofBytes(bytes), size: bytes.length, mediaType }, Stream.make(bytes)), {
        digest: ofBytes(bytes),
        size: bytes.length,
        mediaType
      })
    const manifest = text({
      schemaVersion: 2,
      mediaType: MediaType.ociManifest,
      config: yield* push(config, MediaType.ociConfig),
      layers: yield* Effect.forEach(layers, (layer) => push(layer, MediaType.ociLayerGzip))
    })
    yield* registry.tag(ref, { mediaType: MediaType.ociManifest, bytes: manifest })
    return { manifest: ofBytes(manifest), id: ofBytes(config), layers: layers.map((layer) => ofBytes(layer)) }
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
})
