import { LayerStore } from "@gantry/core/store/LayerStore"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { storageFailure } from "@gantry/core/store/StoreError"
import { readChanges } from "@gantry/core/tree/read-changes"
import { Images, parseName } from "../../src/images/Images.ts"
import { ensureImage } from "../../src/images/ensure-image.ts"
import type { Output } from "../../src/outputs/Output.ts"
import { removeImage } from "../../src/verbs/remove-image.ts"
import { spelled, world } from "../world.ts"
import { built, contextOf, ran } from "../verbs/built.ts"

const amd64 = { os: "linux", architecture: "amd64" }
const arm64 = { os: "linux", architecture: "arm64", variant: "v8" }
const text = "FROM scratch\nCOPY app /app\nENV A=1\n"

/** An output that gathers an archive of files in memory. */
const gathered = (split: "auto" | "always" | "never" = "auto") => {
  const pieces: Array<Uint8Array> = []
  const output: Output = {
    type: "tar",
    split,
    toStandardOutput: false,
    write: (archive) => Stream.runForEach(archive, (piece) => Effect.sync(() => void pieces.push(piece.slice())))
  }
  return { output, bytes: () => Buffer.concat(pieces) }
}

/** The files of an archive, one a line. */
const listed = (archive: Uint8Array): ReadonlyArray<string> => {
  const changes = readChanges([archive])
  if ("why" in changes) throw new Error(changes.why)
  return changes.flatMap((change) => (change.type === "removed" || change.type === "opaque" ? [] : [spelled(change)]))
}

describe("what a build gives", () => {
  it.scoped("is an image on record unless something else was asked for", () =>
    Effect.gen(function* () {
      const context = yield* contextOf({ app: "program" })
      const { output, bytes } = gathered()
      const made = yield* built(text, { context, names: ["web"], outputs: [output] }).pipe(Effect.either)
      // The helper reads the config of the image, and there is none on record.
      expect(made._tag).toBe("Left")
      expect(yield* (yield* Images).list).toEqual([])
      expect(listed(bytes())).toEqual(["644 0:0 app=program"])
    }).pipe(Effect.provide(world))
  )

  it.scoped("is written as well as kept when both were asked for", () =>
    Effect.gen(function* () {
      const context = yield* contextOf({ app: "program" })
      const { output, bytes } = gathered("always")
      const image: Output = {
        type: "image",
        names: [yield* parseName("more:1")],
        push: false,
        byDigest: false,
        store: true,
        form: {},
        annotations: [{ level: "manifest", key: "k", value: "v" }]
      }
      const made = yield* built(text, { context, names: ["web"], outputs: [output, image] })
      expect(made.stored).toBe(true)
      expect((yield* (yield* Images).find("more:1")).id).toBe(made.image.id)
      expect((yield* (yield* Images).find("web")).id).toBe(made.image.id)
      expect(listed(bytes())).toEqual(["755 0:0 linux_amd64/", "644 0:0 linux_amd64/app=program"])
    }).pipe(Effect.provide(world))
  )

  it.scoped("leaves the names where they were when an output fails", () =>
    Effect.gen(function* () {
      const context = yield* contextOf({ app: "program" })
      const first = yield* built(text, { context, names: ["web"] })
      const failing: Output = {
        type: "tar",
        split: "auto",
        toStandardOutput: false,
        write: () => Effect.fail(storageFailure("publish", "out.tar")(new Error("the disk is gone")))
      }
      const image: Output = {
        type: "image",
        names: [],
        push: false,
        byDigest: false,
        store: true,
        form: {},
        annotations: []
      }
      const again = yield* Effect.flip(
        built(`${text}ENV B=2\n`, { context, names: ["web"], outputs: [image, failing] })
      )
      expect(again._tag).toBe("StorageFailure")
      expect((yield* (yield* Images).find("web")).id).toBe(first.image.id)
    }).pipe(Effect.provide(world))
  )
})

describe("several platforms", () => {
  const both = { names: ["multi:1"], platforms: [arm64, amd64] }

  it.scoped("become one name that leads to an image for each, and alone to that of this machine", () =>
    Effect.gen(function* () {
      const context = yield* contextOf({ app: "program" })
      const made = yield* built(text, { context, ...both })
      const images = yield* Images
      const found = yield* images.find("multi:1")
      const named = yield* images.named(yield* parseName("multi:1"))
      expect(named.map(({ id }) => id).toSorted()).toEqual(made.images.map(({ id }) => id).toSorted())
      expect(named[0]?.id).toBe(found.id)
      expect(found.lesserNames).toEqual([])
      expect(named[1]?.lesserNames).toEqual(["docker.io/library/multi:1"])
      expect(found.indexes).toEqual([made.descriptor?.digest])
      const asked = yield* ensureImage("multi:1", arm64, { policy: "never" })
      expect(asked.config.architecture).toBe("arm64")
      const foreign = yield* Effect.flip(
        ensureImage("multi:1", { os: "linux", architecture: "s390x" }, { policy: "never" })
      )
      expect(foreign._tag).toBe("WrongPlatform")
      expect((yield* images.find(made.descriptor?.digest ?? "")).id).toBe(found.id)
    }).pipe(Effect.provide(world))
  )

  it.scoped("share the steps that do not depend on the platform, and tell events of each apart", () =>
    Effect.gen(function* () {
      const context = yield* contextOf({ app: "program" })
      const shared =
        "FROM --platform=linux/amd64 scratch AS tools\nRUN echo made > /tool\nFROM scratch\nCOPY --from=tools /tool /tool\n"
      const { events } = yield* built(shared, { context, ...both })
      expect(yield* ran).toEqual(["echo made > /tool"])
      const names = new Set(events.flatMap((event) => ("step" in event ? [event.step.stageName] : [])))
      expect([...names].toSorted()).toEqual([
        "linux/amd64 stage-1",
        "linux/amd64 tools",
        "linux/arm64 stage-1",
        "linux/arm64 tools"
      ])
    }).pipe(Effect.provide(world))
  )

  it.scoped("go together when their name goes, and each alone by its ID", () =>
    Effect.gen(function* () {
      const context = yield* contextOf({ app: "program" })
      const images = yield* Images
      yield* built(text, { context, ...both })
      yield* removeImage("multi:1", yield* images.find("multi:1"), { force: false })
      expect(yield* images.list).toEqual([])
      const made = yield* built(text, { context, ...both })
      const [first = made.image] = made.images
      yield* removeImage(first.id, yield* images.find(first.id), { force: false })
      expect((yield* images.list).map(({ id }) => id)).toEqual(made.images.slice(1).map(({ id }) => id))
      expect((yield* images.find("multi:1")).id).toBe(made.images[1]?.id)
    }).pipe(Effect.provide(world))
  )

  it.scoped("give way to one image that gets their name", () =>
    Effect.gen(function* () {
      const context = yield* contextOf({ app: "program" })
      const images = yield* Images
      const made = yield* built(text, { context, ...both })
      const one = yield* built(`${text}ENV B=2\n`, { context, names: ["multi:1"] })
      expect((yield* images.named(yield* parseName("multi:1"))).map(({ id }) => id)).toEqual([one.image.id])
      const before = yield* images.find(made.image.id)
      expect({ names: before.names, indexes: before.indexes }).toEqual({ names: [], indexes: [] })
      expect((yield* (yield* LayerStore).list).length).toBeGreaterThan(0)
    }).pipe(Effect.provide(world))
  )
})
