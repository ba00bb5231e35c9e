import { BlobStore } from "@gantry/core/store/BlobStore"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { format, type Platform } from "@gantry/core/image/Platform"
import { defaults } from "../../src/containers/RunOptions.ts"
import { Images, parseName } from "../../src/images/Images.ts"
import { create } from "../../src/verbs/create.ts"
import { removePlatforms } from "../../src/verbs/remove-platform.ts"
import { world } from "../world.ts"
import { built } from "./built.ts"

const amd64 = { os: "linux", architecture: "amd64" }
const arm64 = { os: "linux", architecture: "arm64", variant: "v8" }
const arm = { os: "linux", architecture: "arm", variant: "v7" }
const text = 'FROM scratch\nARG TARGETARCH\nCOPY <<E /arch\n$TARGETARCH\nE\nCMD ["/arch"]\n'

const multi = (names = ["multi:1"]) => built(text, { names, platforms: [amd64, arm64, arm] })

const take = (name: string, platforms: ReadonlyArray<Platform>, force = false) =>
  Effect.flatMap(Images, (images) =>
    Effect.flatMap(images.find(name), (image) => removePlatforms(name, image, { force, platforms }))
  )

const platformsOf = (name: string) =>
  Effect.gen(function* () {
    const images = yield* Images
    const found = yield* images.named(yield* parseName(name))
    return yield* Effect.forEach(found, (each) => Effect.map(images.config(each), format))
  })

describe("removePlatforms", () => {
  it.scoped("takes one, and leaves the others under the same name and a smaller index", () =>
    Effect.gen(function* () {
      const { descriptor, images: made } = yield* multi()
      const images = yield* Images
      const blobs = yield* BlobStore
      const name = yield* parseName("multi:1")
      expect(yield* take("multi:1", [arm])).toEqual([{ deleted: made[2]?.id }])
      expect((yield* platformsOf("multi:1")).toSorted()).toEqual(["linux/amd64", "linux/arm64"])
      const index = Option.getOrThrow(Option.fromNullable(yield* images.indexOf(name)))
      const { manifests } = JSON.parse(new TextDecoder().decode(yield* blobs.readWhole(index))) as {
        readonly manifests: ReadonlyArray<object>
      }
      expect(manifests).toHaveLength(2)
      const old = Option.getOrThrow(Option.fromNullable(descriptor?.digest))
      expect(Option.isNone(yield* blobs.size(old))).toBe(true)
    }).pipe(Effect.provide(world))
  )

  it.scoped("leaves an image without an index when one platform stays, whichever that is", () =>
    Effect.gen(function* () {
      yield* multi()
      yield* take("multi:1", [amd64, arm])
      expect(yield* platformsOf("multi:1")).toEqual(["linux/arm64"])
      const images = yield* Images
      expect(yield* images.indexOf(yield* parseName("multi:1"))).toBeUndefined()
      expect((yield* images.find("multi:1")).lesserNames).toEqual([])
      expect(yield* images.list).toHaveLength(1)
    }).pipe(Effect.provide(world))
  )

  it.scoped("keeps an image that another name leads to, with its index", () =>
    Effect.gen(function* () {
      const { descriptor } = yield* multi(["multi:1", "multi:2"])
      expect(yield* take("multi:1", [arm64])).toEqual([{ untagged: "multi:1 (linux/arm64)" }])
      expect(yield* platformsOf("multi:1")).toHaveLength(2)
      expect(yield* platformsOf("multi:2")).toHaveLength(3)
      expect(yield* (yield* Images).indexOf(yield* parseName("multi:2"))).toBe(descriptor?.digest)
    }).pipe(Effect.provide(world))
  )

  it.scoped("refuses to leave nothing, what is not there, and what a container uses, and then changes nothing", () =>
    Effect.gen(function* () {
      yield* multi()
      expect((yield* Effect.flip(take("multi:1", [amd64, arm64, arm])))._tag).toBe("LastPlatform")
      const { id } = yield* (yield* Images).find("multi:1")
      expect((yield* Effect.flip(take(id, [amd64])))._tag).toBe("LastPlatform")
      const foreign = yield* Effect.flip(take("multi:1", [arm, { os: "linux", architecture: "s390x" }]))
      expect(foreign).toMatchObject({ _tag: "WrongPlatform", wanted: "linux/s390x" })
      // What would run there as well is not what was named.
      const older = yield* Effect.flip(take("multi:1", [{ os: "linux", architecture: "arm", variant: "v8" }]))
      expect(older._tag).toBe("WrongPlatform")
      yield* create({ ...defaults, image: "multi:1", command: [] }, { suggestName: () => "user", allCapabilities: [] })
      expect((yield* Effect.flip(take("multi:1", [amd64])))._tag).toBe("ImageInUse")
      expect(yield* platformsOf("multi:1")).toHaveLength(3)
      yield* take("multi:1", [amd64], true)
      expect(yield* platformsOf("multi:1")).toHaveLength(2)
    }).pipe(Effect.provide(world))
  )
})
