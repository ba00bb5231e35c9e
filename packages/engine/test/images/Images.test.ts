import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { digest, hexOf, ofBytes } from "@gantry/core/image/Digest"
import * as MediaType from "@gantry/core/image/MediaType"
import { Settings } from "@gantry/core/Settings"
import { BlobStore } from "@gantry/core/store/BlobStore"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { ensureImage } from "../../src/images/ensure-image.ts"
import { Images, parseName } from "../../src/images/Images.ts"
import { configOf, file, image, world } from "../world.ts"

/** An image record that stands for nothing but its ID. */
const put = (hex: string, names: ReadonlyArray<string> = [], createdAt = 0) =>
  Effect.gen(function* () {
    const record = {
      id: digest(`sha256:${hex.padEnd(64, "0")}`),
      manifest: ofBytes(`manifest ${hex}`),
      manifestSize: 10,
      manifestType: MediaType.ociManifest,
      stack: [],
      size: 5,
      createdAt,
      labels: {}
    }
    yield* (yield* Images).put(record, yield* Effect.forEach(names, parseName))
    return record
  })

const found = (text: string) => Effect.flatMap(Images, (images) => Effect.map(images.find(text), ({ id }) => id))
const missed = (text: string) => Effect.flip(Effect.flatMap(Images, (images) => images.find(text)))

interface Index {
  readonly schemaVersion: number
  readonly mediaType: string
  readonly manifests: ReadonlyArray<{
    readonly mediaType: string
    readonly digest: string
    readonly size: number
    readonly annotations?: Record<string, string>
  }>
}
const index = Effect.map(Settings, ({ root }) => JSON.parse(readFileSync(join(root, "index.json"), "utf8")) as Index)

describe("finding an image", () => {
  it.effect("goes by any spelling of its name", () =>
    Effect.gen(function* () {
      const { id } = yield* put("ab", ["web"])
      for (const text of ["web", "web:latest", "library/web", "docker.io/library/web:latest"]) {
        expect(yield* found(text)).toBe(id)
      }
      expect((yield* missed("web:1"))._tag).toBe("NoSuchImage")
    }).pipe(Effect.provide(world))
  )

  it.effect("goes by ID, by the beginning of an ID, and by the digest of its manifest", () =>
    Effect.gen(function* () {
      const { id, manifest } = yield* put("abcdef", ["web"])
      for (const text of [id, hexOf(id), "abcdef", "ab", "sha256:abc", manifest, `web@${manifest}`, `web@${id}`]) {
        expect(yield* found(text)).toBe(id)
      }
    }).pipe(Effect.provide(world))
  )

  it.effect("prefers a name to the beginning of an ID", () =>
    Effect.gen(function* () {
      yield* put("cafe")
      const named = yield* put("1234", ["cafe"])
      expect(yield* found("cafe")).toBe(named.id)
    }).pipe(Effect.provide(world))
  )

  it.effect("fails when several IDs begin alike, and names them", () =>
    Effect.gen(function* () {
      yield* put("abc1")
      yield* put("abc2")
      const failure = yield* missed("abc")
      expect(failure).toMatchObject({ _tag: "AmbiguousId", kind: "image", prefix: "abc" })
      expect(failure.message).toContain("abc100000000, abc200000000")
      expect(yield* found("abc1")).toContain("abc1")
    }).pipe(Effect.provide(world))
  )

  it.effect("suggests names that look alike, as people type them", () =>
    Effect.gen(function* () {
      yield* put("01", ["postgres:16", "nginx", "host:5000/team/api:2"])
      const near = (text: string) =>
        Effect.map(missed(text), (failure) => (failure._tag === "NoSuchImage" ? failure.near : failure))
      expect(yield* near("postgers:16")).toEqual(["postgres:16"])
      expect(yield* near("ngnix")).toEqual(["nginx"])
      expect(yield* near("postgres")).toEqual(["postgres:16"])
      expect(yield* near("host:5000/team/app")).toEqual(["host:5000/team/api:2"])
      expect(yield* near("redis")).toEqual([])
    }).pipe(Effect.provide(world))
  )

  it.effect("tells a malformed name from one that is not there", () =>
    Effect.gen(function* () {
      expect(yield* missed("Web")).toMatchObject({ _tag: "BadImageName", why: "repository name must be lowercase" })
      expect((yield* missed(""))._tag).toBe("BadImageName")
      expect((yield* missed("f".repeat(64)))._tag).toBe("NoSuchImage")
      expect((yield* missed(`sha256:${"f".repeat(64)}`))._tag).toBe("NoSuchImage")
      expect((yield* missed("a*"))._tag).toBe("BadImageName")
    }).pipe(Effect.provide(world))
  )
})

describe("names", () => {
  it.effect("move from one image to another", () =>
    Effect.gen(function* () {
      const old = yield* put("01", ["web", "keep"])
      const fresh = yield* put("02", ["web"])
      expect(yield* found("web")).toBe(fresh.id)
      const images = yield* Images
      expect((yield* images.find(old.id)).names).toEqual(["docker.io/library/keep:latest"])
      yield* images.tag(yield* parseName("keep"), fresh.id)
      expect((yield* images.find(old.id)).names).toEqual([])
      expect((yield* images.find(fresh.id)).names).toEqual([
        "docker.io/library/keep:latest",
        "docker.io/library/web:latest"
      ])
    }).pipe(Effect.provide(world))
  )

  it.effect("are taken away without taking the image, and twice is as good as once", () =>
    Effect.gen(function* () {
      const { id } = yield* put("01", ["web"])
      const images = yield* Images
      const name = yield* parseName("web")
      yield* images.untag(name)
      yield* images.untag(name)
      expect((yield* images.find(id)).names).toEqual([])
    }).pipe(Effect.provide(world))
  )

  it.effect("cannot be given to an image that is not there", () =>
    Effect.gen(function* () {
      const images = yield* Images
      const failure = yield* Effect.flip(images.tag(yield* parseName("web"), ofBytes("nothing")))
      expect(failure._tag).toBe("StorageFailure")
      expect((yield* missed("web"))._tag).toBe("NoSuchImage")
    }).pipe(Effect.provide(world))
  )

  it.effect("go with the image that is forgotten", () =>
    Effect.gen(function* () {
      const { id } = yield* put("01", ["web"])
      const images = yield* Images
      yield* images.forget(id)
      yield* images.forget(id)
      expect((yield* missed("web"))._tag).toBe("NoSuchImage")
      expect(yield* images.list).toEqual([])
    }).pipe(Effect.provide(world))
  )
})

describe("the list of images", () => {
  it.effect("has the newest first, each once however many names it has", () =>
    Effect.gen(function* () {
      yield* put("01", ["a", "b"], 1000)
      yield* put("02", [], 3000)
      yield* put("03", ["c"], 2000)
      const list = yield* (yield* Images).list
      expect(list.map(({ id }) => hexOf(id).slice(0, 2))).toEqual(["02", "03", "01"])
      expect(list[2]?.names).toHaveLength(2)
    }).pipe(Effect.provide(world))
  )

  it.effect("remembers when an image was used", () =>
    Effect.gen(function* () {
      const { id } = yield* put("01")
      const images = yield* Images
      yield* images.touch(id, 12_345)
      expect((yield* images.find(id)).lastUsed).toBe(12_345)
    }).pipe(Effect.provide(world))
  )
})

describe("index.json", () => {
  it.effect("is an OCI index that names every image, and follows each change", () =>
    Effect.gen(function* () {
      const named = yield* image(["web:1"], { Cmd: ["sh"] }, [file("a", "1")])
      const bare = yield* put("02")
      const read = yield* index
      expect(read).toMatchObject({ schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json" })
      expect(read.manifests).toEqual([
        { mediaType: MediaType.ociManifest, digest: bare.manifest, size: 10 },
        {
          mediaType: MediaType.ociManifest,
          digest: named.manifest,
          size: named.manifestSize,
          annotations: {
            "org.opencontainers.image.ref.name": "web:1",
            "io.containerd.image.name": "docker.io/library/web:1"
          }
        }
      ])
      const images = yield* Images
      yield* images.untag(yield* parseName("web:1"))
      expect((yield* index).manifests.some(({ annotations }) => annotations !== undefined)).toBe(false)
      yield* images.forget(named.id)
      expect((yield* index).manifests.map((each) => each.digest)).toEqual([bare.manifest])
    }).pipe(Effect.provide(world))
  )

  it.effect("points to a manifest that is in the store with the size it says, and to its config", () =>
    Effect.gen(function* () {
      const { id, stack } = yield* image(["web"], { Cmd: ["sh"] }, [file("a", "1")])
      const [only] = (yield* index).manifests
      const bytes = yield* (yield* BlobStore).readWhole(digest(only?.digest ?? ""))
      expect(bytes.length).toBe(only?.size)
      const manifest = JSON.parse(new TextDecoder().decode(bytes)) as {
        readonly config: { readonly digest: string; readonly size: number }
        readonly layers: ReadonlyArray<{ readonly digest: string }>
      }
      expect(manifest.config.digest).toBe(id)
      expect(yield* (yield* BlobStore).size(id)).toEqual(Option.some(manifest.config.size))
      expect(manifest.layers.map((layer) => layer.digest)).toEqual(stack)
    }).pipe(Effect.provide(world))
  )

  it.effect("leaves no draft of itself behind", () =>
    Effect.gen(function* () {
      yield* put("01", ["web"])
      const { root } = yield* Settings
      expect(readdirSync(root).toSorted()).toEqual(["index.json", "oci-layout"])
    }).pipe(Effect.provide(world))
  )
})

describe("the config of an image", () => {
  it.effect("is what was committed", () =>
    Effect.gen(function* () {
      const made = yield* image(["web"], { Cmd: ["sh"], Labels: { a: "b" } })
      expect(yield* (yield* Images).config(made)).toEqual(configOf({ Cmd: ["sh"], Labels: { a: "b" } }))
      expect(made.labels).toEqual({ a: "b" })
    }).pipe(Effect.provide(world))
  )

  it.effect("breaks the image when it is gone", () =>
    Effect.gen(function* () {
      const made = yield* image(["web"], { Cmd: ["sh"] })
      yield* (yield* BlobStore).remove(made.id)
      const failure = yield* Effect.flip((yield* Images).config(made))
      expect(failure).toMatchObject({ _tag: "ImageBroken", reference: made.id })
    }).pipe(Effect.provide(world))
  )
})

describe("ensureImage", () => {
  it.effect("refuses an image of another platform, and takes one that fits", () =>
    Effect.gen(function* () {
      yield* image(["web"], { Cmd: ["sh"] })
      const wrong = yield* Effect.flip(ensureImage("web", { os: "linux", architecture: "arm64" }, { policy: "never" }))
      expect(wrong).toMatchObject({ _tag: "WrongPlatform", wanted: "linux/arm64", found: "linux/amd64" })
      expect(
        (yield* ensureImage("web", { os: "linux", architecture: "amd64" }, { policy: "never" })).config.config.Cmd
      ).toEqual(["sh"])
      expect((yield* ensureImage("web", undefined, { policy: "missing" })).record.names).toHaveLength(1)
    }).pipe(Effect.provide(world))
  )

  it.effect("says what the image here is for, when the registry has none for the platform either", () =>
    Effect.gen(function* () {
      yield* image(["web"])
      const arm64 = { os: "linux", architecture: "arm64" }
      const failure = yield* Effect.flip(ensureImage("web", arm64, { policy: "missing" }))
      expect(failure).toMatchObject({
        _tag: "NoSuchImage",
        why: expect.stringMatching(/^the local store has it for linux\/amd64 only, not for linux\/arm64, and .*web/)
      })
    }).pipe(Effect.provide(world))
  )
})
