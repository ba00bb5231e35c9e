import { ofBytes } from "@gantry/core/image/Digest"
import type { Locks } from "@gantry/core/Locks"
import { LayerStore } from "@gantry/core/store/LayerStore"
import { LayerMissing } from "@gantry/core/store/StoreError"
import { Recorded } from "@gantry/plugin-memory/MemoryRuntime"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, TestClock } from "effect"
import { Containers } from "../../src/containers/Containers.ts"
import { defaults } from "../../src/containers/RunOptions.ts"
import { Images, parseName } from "../../src/images/Images.ts"
import { commitImage } from "../../src/images/commit-image.ts"
import { create as createWith } from "../../src/verbs/create.ts"
import { removeImage } from "../../src/verbs/remove-image.ts"
import { remove } from "../../src/verbs/remove.ts"
import { removeVolume } from "../../src/verbs/remove-volume.ts"
import { Volumes } from "../../src/volumes/Volumes.ts"
import { configOf, image, world } from "../world.ts"
import { box, create, inspect, leases, names, stateOf, web } from "./play.ts"

// What a volume begins with belongs to whom the image says, which only root can bring about.
const isRoot = process.getuid?.() === 0

describe("create", () => {
  it.effect("writes a container down that nothing runs of and that holds no address", () =>
    Effect.gen(function* () {
      const { id: imageId } = yield* box
      const record = yield* create({ labels: { mine: "1" } })
      expect(yield* inspect("name0")).toEqual(record)
      expect(record).toMatchObject({
        image: imageId,
        imageName: "box",
        labels: { from: "image", mine: "1" },
        attachments: []
      })
      expect(yield* leases).toEqual([])
      expect(yield* (yield* Recorded).asked).toEqual([])
      expect(yield* stateOf(record.id)).toEqual({ status: "created" })
    }).pipe(Effect.provide(world))
  )

  it.effect("asks for another name while the suggested one is taken", () =>
    Effect.gen(function* () {
      yield* box
      yield* create({ name: "name0" })
      expect((yield* create({}, names())).name).toBe("name1")
    }).pipe(Effect.provide(world))
  )

  it.effect.skipIf(!isRoot)("leaves nothing when the name that was given is taken", () =>
    Effect.gen(function* () {
      const { stack } = yield* box
      const first = yield* create({ name: "web" })
      const mounts = [{ type: "volume" as const, target: "/data", readonly: false, noCopy: false, typed: "-v /data" }]
      const failure = yield* Effect.flip(create({ name: "web", mounts }))
      expect(failure).toMatchObject({ _tag: "NameTaken", name: "web", holder: first.id })
      expect(yield* (yield* Volumes).list).toEqual([])
      yield* remove(first, { force: false, volumes: false })
      yield* Effect.forEach(stack, (yield* LayerStore).remove)
    }).pipe(Effect.provide(world))
  )

  it.effect.skipIf(!isRoot)("is not overtaken by who removes a volume that the container mounts", () =>
    Effect.gen(function* () {
      yield* box
      const mount = { type: "volume" as const, name: "mine", readonly: false, noCopy: false, typed: "-v mine" }
      const services = yield* Effect.context<Containers | Locks | Volumes>()
      let removing: Fiber.Fiber<void, unknown> | undefined
      // Everything is there but the record.
      yield* create({
        name: "web",
        mounts: [
          { ...mount, target: "/data" },
          { ...mount, target: "/too" }
        ]
      }).pipe(
        Effect.updateService(Containers, (containers) => ({
          ...containers,
          add: (record) =>
            Effect.gen(function* () {
              removing = yield* Effect.forkDaemon(Effect.provide(removeVolume("mine"), services))
              yield* Effect.repeatN(Effect.yieldNow(), 100)
              yield* containers.add(record)
            })
        }))
      )
      expect(yield* Effect.flip(Fiber.join(removing ?? Fiber.void))).toMatchObject({
        _tag: "VolumeInUse",
        containers: ["web"]
      })
      expect((yield* (yield* Volumes).list).map(({ name }) => name)).toEqual(["mine"])
    }).pipe(Effect.provide(world))
  )

  it.effect("stands on the layers of the images that it mounts, and lets go of them when it goes", () =>
    Effect.gen(function* () {
      const { stack } = yield* box
      yield* image(["empty"])
      const typed = "--mount type=image,source=box,target=/seen"
      const seen = { type: "image", source: "box", target: "/seen", readonly: true, typed } as const
      const viewer = yield* create({ image: "empty", command: ["true"], mounts: [{ ...seen, subpath: "data" }] })
      expect(viewer.mounts).toMatchObject([{ type: "image", source: "box", readonly: true }])
      expect(viewer.spec.mounts).toMatchObject([{ type: "tree", source: "/data", target: "/seen" }])
      const failed = (subpath: string) => {
        const twice = [
          { ...seen, target: "/first" },
          { ...seen, subpath }
        ]
        return Effect.map(Effect.flip(create({ mounts: twice })), ({ message }) => message)
      }
      expect(yield* failed("nowhere")).toContain("there is no nowhere in image box")
      expect(yield* failed("../up")).toContain("it must be a relative path that stays in the image")
      const layers = yield* LayerStore
      expect((yield* layers.trees).map(({ id }) => id)).toEqual([viewer.id, `${viewer.id}.0`])
      const refused = yield* Effect.flip(removeImage("box", yield* (yield* Images).find("box"), { force: false }))
      expect(refused.message).toContain(`stopped container ${viewer.name}`)
      yield* remove(viewer, { force: false, volumes: false })
      expect(yield* layers.trees).toEqual([])
      yield* Effect.forEach(stack, layers.remove)
    }).pipe(Effect.provide(world))
  )

  it.effect.skipIf(!isRoot)("leaves nothing when a mount cannot be made", () =>
    Effect.gen(function* () {
      const { stack } = yield* box
      const failure = yield* Effect.flip(
        create({
          mounts: [
            { type: "volume", target: "/data", readonly: false, noCopy: false, typed: "-v /data" },
            {
              type: "bind",
              source: "/nowhere/at/all",
              target: "/later",
              readonly: false,
              recursive: true,
              create: false,
              typed: "-v /nowhere/at/all:/later"
            }
          ]
        })
      )
      expect(failure.message).toContain("/nowhere/at/all")
      expect(yield* (yield* Volumes).list).toEqual([])
      expect(yield* (yield* Containers).list).toEqual([])
      yield* Effect.forEach(stack, (yield* LayerStore).remove)
    }).pipe(Effect.provide(world))
  )

  it.effect("remembers ports that are exposed, and publishes those nobody spoke of with -P", () =>
    Effect.gen(function* () {
      yield* image(["box"], { Cmd: ["true"], ExposedPorts: { "80/tcp": {}, "53/udp": {} } })
      const { options } = yield* create({ ...web, publishAll: true, expose: ["9/tcp", "80/tcp"] })
      expect(options.exposed).toEqual(["53/udp", "80/tcp", "9/tcp"])
      expect(options.ports).toEqual([
        ...web.ports,
        { containerPort: 53, protocol: "udp" },
        { containerPort: 9, protocol: "tcp" }
      ])
      expect((yield* create({ expose: ["9/tcp"] }, () => "other")).options.ports).toEqual([])
    }).pipe(Effect.provide(world))
  )

  it.effect("takes the stop signal of the option, else of the image, and refuses what is none", () =>
    Effect.gen(function* () {
      yield* image(["box"], { Cmd: ["true"], StopSignal: "SIGINT" })
      expect((yield* create({}, () => "a")).options.stopSignal).toBe(2)
      expect((yield* create({ stopSignal: "9" }, () => "b")).options.stopSignal).toBe(9)
      expect((yield* Effect.flip(create({ stopSignal: "SIGNOPE" }))).message).toContain("SIGNOPE")
    }).pipe(Effect.provide(world))
  )

  it.effect("ends a container by SIGTERM when its image names no signal or one that there is not", () =>
    Effect.gen(function* () {
      for (const signal of ["SIGNOPE", "99", ""]) {
        yield* image(["box"], { Cmd: ["true"], StopSignal: signal })
        expect((yield* create({}, () => `with-${signal}`)).options.stopSignal).toBe(15)
      }
    }).pipe(Effect.provide(world))
  )

  it.effect("warns of an image for other machines, unless its platform was asked for", () =>
    Effect.gen(function* () {
      yield* commitImage({ ...configOf({ Cmd: ["true"] }), architecture: "s390x" }, [], [yield* parseName("box")])
      const told: Array<string> = []
      const suggestName = names()
      const context = { suggestName, allCapabilities: [], warn: (text: string) => void told.push(text) }
      const platform = { os: "linux", architecture: "s390x" }
      yield* createWith({ ...defaults, image: "box", platform }, context)
      expect(told).toEqual([])
      yield* createWith({ ...defaults, image: "box" }, context)
      expect(told).toEqual([
        expect.stringMatching(
          /platform \(linux\/s390x\) does not match the detected host platform \(linux\/.+\) and no/
        )
      ])
    }).pipe(Effect.provide(world))
  )

  it.effect("looks for an image again that somebody removed while it was found", () =>
    Effect.gen(function* () {
      const { stack } = yield* box
      const layers = yield* LayerStore
      const [diffId = ofBytes("")] = stack
      let asked = 0
      const prepare: typeof layers.prepare = (wish) =>
        asked++ === 0 ? Effect.fail(new LayerMissing({ diffId })) : layers.prepare(wish)
      yield* create({ name: "web" }).pipe(Effect.provideService(LayerStore, { ...layers, prepare }))
      expect(asked).toBe(2)
      expect((yield* inspect("web")).name).toBe("web")
    }).pipe(Effect.provide(world))
  )

  it.effect("says which image is not there, and counts as a use of one that is", () =>
    Effect.gen(function* () {
      const { id } = yield* box
      expect(yield* Effect.flip(create({ image: "bos" }))).toMatchObject({ _tag: "NoSuchImage", near: ["box"] })
      yield* TestClock.adjust("5 seconds")
      yield* create()
      expect((yield* (yield* Images).find(id)).lastUsed).toBe(5000)
    }).pipe(Effect.provide(world))
  )
})
