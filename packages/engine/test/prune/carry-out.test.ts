import { Network } from "@gantry/core/network/Network"
import { BuildCache, type StepKey } from "@gantry/core/store/BuildCache"
import { Disk } from "@gantry/core/store/Disk"
import { LayerStore } from "@gantry/core/store/LayerStore"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { Containers } from "../../src/containers/Containers.ts"
import { defaults } from "../../src/containers/RunOptions.ts"
import { Images, parseName } from "../../src/images/Images.ts"
import { carryOut, planPrune } from "../../src/prune/carry-out.ts"
import { holdLayers } from "../../src/prune/hold-layers.ts"
import { bytesOf, identityOf, type PruneWish } from "../../src/prune/PrunePlan.ts"
import { working, workingNow } from "../../src/prune/working.ts"
import { create } from "../../src/verbs/create.ts"
import { Volumes } from "../../src/volumes/Volumes.ts"
import { diskUsage } from "../../src/verbs/disk-usage.ts"
import { start } from "../../src/verbs/start.ts"
import { file, image, layerOf, world } from "../world.ts"
import { everything } from "./snapshots.ts"

const container = (reference: string) =>
  create(
    { ...defaults, image: reference, command: ["sleep", "1"] },
    { suggestName: () => `of-${reference}`, allCapabilities: [] }
  )

const total = Effect.map(diskUsage, ({ rows }) => rows.reduce((sum, { bytes }) => sum + bytes, 0))

const namesLeft = Effect.flatMap(Images, (images) =>
  Effect.map(images.list, (list) => list.flatMap(({ names }) => names).toSorted())
)

/** An image in use, one that is not, one without a name, a build record with a layer of its own, and a layer of nobody. */
const furnish = Effect.gen(function* () {
  const images = yield* Images
  yield* image(["used"], { Cmd: ["a"] }, [file("used", "1"), file("more", "12")])
  yield* image(["idle"], { Cmd: ["b"] }, [file("idle", "123")])
  yield* image(["gone"], { Cmd: ["c"] }, [file("gone", "1234")])
  yield* images.untag(yield* parseName("gone"))
  const cached = yield* layerOf([file("cached", "12345")])
  yield* (yield* BuildCache).put([
    {
      key: cached as string as StepKey,
      instruction: "RUN make",
      parent: "scratch",
      facts: "",
      layer: cached,
      createdAt: 0,
      tookMs: 0
    }
  ])
  const loose = yield* layerOf([file("loose", "123456")])
  yield* container("used")
  return { cached, loose }
})

describe("carryOut", () => {
  const wishes: ReadonlyArray<readonly [string, PruneWish]> = [
    ["dangling images", { images: "dangling" }],
    ["unused images", { images: "unused" }],
    ["the build cache", { cache: "all" }],
    ["what is unfinished", { unfinished: "all" }],
    ["stopped containers", { containers: true }],
    ["everything", everything]
  ]
  it.effect.each(wishes)("frees what the plan of %s says, to the byte", ([, wish]) =>
    Effect.gen(function* () {
      yield* furnish
      const before = yield* total
      const plan = yield* planPrune(wish)
      expect(plan.remove.length).toBeGreaterThan(0)
      const removed = yield* carryOut(plan)
      expect(removed.map(identityOf).toSorted()).toEqual(plan.remove.map(identityOf).toSorted())
      expect(before - (yield* total)).toBe(bytesOf(plan.remove))
    }).pipe(Effect.provide(world))
  )

  it.effect("leaves an image that got a name since, with all it needs, and what came since", () =>
    Effect.gen(function* () {
      yield* furnish
      const images = yield* Images
      const wish: PruneWish = { images: "unused" }
      const plan = yield* planPrune(wish)
      const idle = yield* images.find("idle")
      yield* images.tag(yield* parseName("late"), idle.id)
      yield* image(["new"], { Cmd: ["d"] }, [file("new")])
      yield* carryOut(plan)
      expect(yield* namesLeft).toEqual(
        ["idle", "late", "new", "used"].map((name) => `docker.io/library/${name}:latest`)
      )
      for (const layer of idle.stack) expect(Option.isSome(yield* (yield* LayerStore).get(layer))).toBe(true)
    }).pipe(Effect.provide(world))
  )

  it.effect("leaves what came into use while people were asked", () =>
    Effect.gen(function* () {
      yield* furnish
      const wish: PruneWish = { images: "unused", containers: true }
      const plan = yield* planPrune(wish)
      yield* Effect.scoped(Effect.flatMap(container("idle"), (record) => start(record, { stays: false })))
      yield* carryOut(plan, wish)
      expect(yield* namesLeft).toEqual(["docker.io/library/idle:latest"])
      expect((yield* (yield* Containers).list).map(({ name }) => name)).toEqual(["of-idle"])
    }).pipe(Effect.provide(world))
  )

  it.scoped("leaves what was made or used since a command that runs began", () =>
    Effect.gen(function* () {
      const { cached, loose } = yield* furnish
      yield* working(0)
      const { keep, remove } = yield* planPrune(everything)
      expect(remove.map(({ kind }) => kind)).toEqual(["container"])
      expect(keep.filter(({ why }) => why.includes("runs now")).map(({ what }) => what)).toEqual(
        expect.arrayContaining([cached, loose, "idle:latest"])
      )
    }).pipe(Effect.provide(world))
  )

  it.effect("takes it when the command has ended", () =>
    Effect.gen(function* () {
      yield* furnish
      yield* Effect.scoped(workingNow)
      yield* Effect.scoped(working(0))
      yield* carryOut(yield* planPrune(everything))
      const left = yield* (yield* Disk).survey([])
      expect(left).toEqual([])
    }).pipe(Effect.provide(world))
  )

  it.effect("leaves networks and volumes while a container is being made, and not when its maker was killed", () =>
    Effect.gen(function* () {
      const id = "a".repeat(64)
      yield* (yield* LayerStore).prepare({ id, parents: [], keep: true })
      yield* (yield* Network).create({ name: "net" })
      yield* (yield* Volumes).ensure({ name: "vol", anonymous: false })
      const goes = Effect.map(planPrune(everything), ({ remove }) => remove.map(identityOf).toSorted())
      expect(yield* goes).toEqual([])
      const whenKilled = Effect.updateService(goes, LayerStore, (layers) => ({ ...layers, kept: Effect.succeed([id]) }))
      expect(yield* whenKilled).toEqual(["network net", "volume vol"])
    }).pipe(Effect.provide(world))
  )

  it.effect("leaves layers that a pull has found and goes on to use", () =>
    Effect.gen(function* () {
      const { loose } = yield* furnish
      const layers = yield* LayerStore
      const absent = yield* layerOf([file("absent")])
      yield* layers.remove(absent)
      yield* Effect.scoped(
        Effect.gen(function* () {
          expect(yield* holdLayers([loose, absent])).toEqual(new Set([loose]))
          yield* carryOut(yield* planPrune(everything))
          expect(Option.isSome(yield* layers.get(loose))).toBe(true)
        })
      )
      yield* carryOut(yield* planPrune(everything))
      expect(yield* layers.list).toEqual([])
    }).pipe(Effect.provide(world))
  )
})
