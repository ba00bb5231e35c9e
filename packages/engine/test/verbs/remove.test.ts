import { existsSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Settings } from "@gantry/core/Settings"
import { LayerStore } from "@gantry/core/store/LayerStore"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { directoryOf } from "../../src/containers/directory-of.ts"
import { remove } from "../../src/verbs/remove.ts"
import { Volumes } from "../../src/volumes/Volumes.ts"
import { world } from "../world.ts"
import { box, create, forever, inspect, leases, start, stateOf, web } from "./play.ts"

describe("remove", () => {
  const volume = [{ type: "volume" as const, target: "/data", readonly: false, noCopy: true, typed: "-v /data" }]

  it.scoped("refuses what runs unless it is forced to kill it", () =>
    Effect.gen(function* () {
      yield* box
      const record = yield* create({ ...forever, ...web })
      yield* start(record)
      const failure = yield* Effect.flip(remove(record, { force: false, volumes: false }))
      expect(failure).toMatchObject({ _tag: "WrongState", verb: "remove" })
      expect((yield* stateOf(record.id)).status).toBe("running")
      yield* remove(record, { force: true, volumes: false })
      expect((yield* Effect.flip(inspect(record.id)))._tag).toBe("NoSuchContainer")
      expect(yield* leases).toEqual([])
    }).pipe(Effect.provide(world))
  )

  it.effect("takes tree and files away, and tells who comes second that there is no such container", () =>
    Effect.gen(function* () {
      const { stack } = yield* box
      const record = yield* create()
      const { root } = yield* Settings
      mkdirSync(directoryOf(root, record.id), { recursive: true })
      writeFileSync(join(directoryOf(root, record.id), "log.json"), "")
      const both = yield* Effect.all(
        [1, 2].map(() => Effect.either(remove(record, { force: false, volumes: false }))),
        { concurrency: 2 }
      )
      expect(both.map(({ _tag }) => _tag).toSorted()).toEqual(["Left", "Right"])
      expect(both.find(({ _tag }) => _tag === "Left")).toMatchObject({ left: { _tag: "NoSuchContainer" } })
      expect(existsSync(directoryOf(root, record.id))).toBe(false)
      // No tree stands on the layers any more.
      yield* Effect.forEach(stack, (yield* LayerStore).remove)
    }).pipe(Effect.provide(world))
  )

  it.effect("keeps volumes unless asked, and named ones always", () =>
    Effect.gen(function* () {
      yield* box
      const named = [...volume, ...volume.map((each) => ({ ...each, name: "mine", target: "/named" }))]
      yield* remove(yield* create({ mounts: volume }), { force: false, volumes: false })
      expect(yield* (yield* Volumes).list).toHaveLength(1)
      yield* remove(yield* create({ mounts: named }), { force: false, volumes: true })
      expect((yield* (yield* Volumes).list).map(({ anonymous }) => anonymous).toSorted()).toEqual([false, true])
    }).pipe(Effect.provide(world))
  )
})
