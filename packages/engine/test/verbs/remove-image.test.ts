import { type Digest, ofBytes } from "@gantry/core/image/Digest"
import { BuildCache, type StepKey } from "@gantry/core/store/BuildCache"
import { BlobStore } from "@gantry/core/store/BlobStore"
import { LayerStore } from "@gantry/core/store/LayerStore"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { defaults } from "../../src/containers/RunOptions.ts"
import { Images, parseName } from "../../src/images/Images.ts"
import { create } from "../../src/verbs/create.ts"
import { removeImage } from "../../src/verbs/remove-image.ts"
import { remove } from "../../src/verbs/remove.ts"
import { start as startVerb } from "../../src/verbs/start.ts"
import { file, image, world } from "../world.ts"

const rmi = (text: string, force = false) =>
  Effect.flatMap(Images, (images) => Effect.flatMap(images.find(text), (found) => removeImage(text, found, { force })))

const container = (reference: string) =>
  create(
    { ...defaults, image: reference, command: ["sleep", "1"] },
    { suggestName: () => `of-${reference.slice(0, 6)}`, allCapabilities: [] }
  )

const isThere = (text: string) => Effect.flatMap(Images, (images) => Effect.option(images.find(text)))

describe("removeImage", () => {
  it.effect("takes one of several names, and nothing else", () =>
    Effect.gen(function* () {
      const { id, stack } = yield* image(["web:1", "web:2"], { Cmd: ["sh"] }, [file("a")])
      expect(yield* rmi("web:1")).toEqual([{ untagged: "web:1" }])
      expect((yield* (yield* Images).find(id)).names).toEqual(["docker.io/library/web:2"])
      expect(Option.isSome(yield* (yield* LayerStore).get(stack[0] ?? id))).toBe(true)
    }).pipe(Effect.provide(world))
  )

  it.effect("takes the image with its last name: layers, config and manifest", () =>
    Effect.gen(function* () {
      const { id, manifest, stack } = yield* image(["web"], { Cmd: ["sh"] }, [file("a")])
      expect(yield* rmi("web")).toEqual([{ untagged: "web:latest" }, { deleted: id }, { deleted: stack[0] }])
      expect(Option.isNone(yield* isThere(id))).toBe(true)
      expect(yield* (yield* LayerStore).list).toEqual([])
      const blobs = yield* BlobStore
      expect(Option.isNone(yield* blobs.size(id)) && Option.isNone(yield* blobs.size(manifest))).toBe(true)
    }).pipe(Effect.provide(world))
  )

  it.effect("keeps layers that another image has", () =>
    Effect.gen(function* () {
      const one = yield* image(["one"], { Cmd: ["sh"] }, [file("a")])
      const two = yield* image(["two"], { Cmd: ["true"] }, [file("a")])
      expect(one.stack).toEqual(two.stack)
      yield* rmi("one")
      expect(yield* (yield* LayerStore).list).toHaveLength(1)
      expect((yield* (yield* Images).config(two)).config.Cmd).toEqual(["true"])
    }).pipe(Effect.provide(world))
  )

  it.effect("keeps layers that a build record points to", () =>
    Effect.gen(function* () {
      const { id, stack } = yield* image(["web"], { Cmd: ["sh"] }, [file("a")])
      const record = {
        key: id as StepKey,
        instruction: "RUN make",
        parent: "scratch",
        facts: "",
        layer: stack[0] ?? null,
        createdAt: 0,
        tookMs: 0
      }
      yield* (yield* BuildCache).put([record])
      expect(yield* rmi("web")).toEqual([{ untagged: "web:latest" }, { deleted: id }])
      expect(Option.isSome(yield* (yield* BuildCache).get(record.key))).toBe(true)
    }).pipe(Effect.provide(world))
  )

  it.effect("takes digests of a repository with its last tag, and an image with its last digest", () =>
    Effect.gen(function* () {
      const made = yield* image([], { Cmd: ["sh"] }, [file("a")])
      const images = yield* Images
      const one = ofBytes("one")
      const two = ofBytes("two")
      const at = (registry: string, digest: Digest) => ({ registry, repository: "web", digest })
      yield* images.put(
        made,
        [yield* parseName("host:5000/web:1"), yield* parseName("host:5000/web:2")],
        [at("host:5000", one), at("other:5000", two)]
      )
      expect(yield* rmi("host:5000/web:1")).toEqual([{ untagged: "host:5000/web:1" }])
      expect((yield* images.find(made.id)).digests).toHaveLength(2)
      yield* images.tag(yield* parseName("third"), made.id)
      expect(yield* rmi("host:5000/web:2")).toEqual([
        { untagged: "host:5000/web:2" },
        { untagged: `host:5000/web@${one}` }
      ])
      yield* images.untag(yield* parseName("third"))
      expect(yield* rmi(`other:5000/web@${two}`)).toEqual([
        { untagged: `other:5000/web@${two}` },
        { deleted: made.id },
        { deleted: made.stack[0] }
      ])
    }).pipe(Effect.provide(world))
  )

  it.effect("takes all names of one repository when given an ID", () =>
    Effect.gen(function* () {
      const { id } = yield* image(["web:1", "web:2"], { Cmd: ["sh"] })
      expect(yield* rmi(id)).toEqual([{ untagged: "web:1" }, { untagged: "web:2" }, { deleted: id }])
    }).pipe(Effect.provide(world))
  )

  it.effect("refuses an ID with names in several repositories, unless forced", () =>
    Effect.gen(function* () {
      const { id } = yield* image(["web", "host:5000/web"], { Cmd: ["sh"] })
      const failure = yield* Effect.flip(rmi(id))
      expect(failure).toMatchObject({ _tag: "ImageInUse", force: true })
      expect(failure.message).toContain("multiple repositories")
      expect((yield* (yield* Images).find(id)).names).toHaveLength(2)
      expect(yield* rmi(id, true)).toHaveLength(3)
    }).pipe(Effect.provide(world))
  )

  it.effect("refuses the last name while a stopped container was made from it, and says which", () =>
    Effect.gen(function* () {
      yield* image(["web"], { Cmd: ["sh"] }, [file("a")])
      const record = yield* container("web")
      const failure = yield* Effect.flip(rmi("web"))
      expect(failure).toMatchObject({ _tag: "ImageInUse", force: true })
      expect(failure.message).toContain(`stopped container of-web (${record.id.slice(0, 12)})`)
      expect(Option.isSome(yield* isThere("web"))).toBe(true)
    }).pipe(Effect.provide(world))
  )

  it.effect("still takes another name while a container was made from the image", () =>
    Effect.gen(function* () {
      yield* image(["web", "other"], { Cmd: ["sh"] })
      yield* container("web")
      expect(yield* rmi("other")).toEqual([{ untagged: "other:latest" }])
    }).pipe(Effect.provide(world))
  )

  it.effect("by force leaves a stopped container its layers", () =>
    Effect.gen(function* () {
      const { id, stack } = yield* image(["web"], { Cmd: ["sh"] }, [file("a", "kept")])
      const record = yield* container("web")
      expect(yield* rmi("web", true)).toContainEqual({ deleted: id })
      expect(Option.isNone(yield* isThere(id))).toBe(true)
      const layers = yield* LayerStore
      expect(Option.isSome(yield* layers.lookup(stack, "a", true))).toBe(true)
      yield* remove(record, { force: false, volumes: false })
    }).pipe(Effect.provide(world))
  )

  it.scoped("refuses a running container's image even by force", () =>
    Effect.gen(function* () {
      yield* image(["web"], { Cmd: ["sh"] })
      yield* startVerb(yield* container("web"), { stays: false })
      const failure = yield* Effect.flip(rmi("web", true))
      expect(failure).toMatchObject({ _tag: "ImageInUse", force: false })
      expect(failure.message).toContain("running container")
    }).pipe(Effect.provide(world))
  )

  it.effect("takes an image without names by the beginning of its ID", () =>
    Effect.gen(function* () {
      const { id } = yield* image(["web"], { Cmd: ["sh"] })
      yield* (yield* Images).untag(yield* parseName("web"))
      expect(yield* rmi(id.slice("sha256:".length, 20))).toEqual([{ deleted: id }])
    }).pipe(Effect.provide(world))
  )
})
