import { Network } from "@gantry/core/network/Network"
import { LayerStore } from "@gantry/core/store/LayerStore"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { Containers } from "../../src/containers/Containers.ts"
import { Journal } from "../../src/events/Journal.ts"
import { dismantle, reconcile, release, settle } from "../../src/containers/settle.ts"
import { Volumes } from "../../src/volumes/Volumes.ts"
import { Stage, world } from "../world.ts"
import { box, create, forever, inspect, leases, start } from "../verbs/play.ts"

describe("settle", () => {
  it.scoped("leaves alone what runs", () =>
    Effect.gen(function* () {
      yield* box
      const record = yield* create({ ...forever, autoRemove: true })
      yield* start(record)
      yield* settle(record)
      expect((yield* inspect(record.id)).attachments).toHaveLength(1)
    }).pipe(Effect.provide(world))
  )

  it.scoped("gives the network back once, however often it is asked", () =>
    Effect.gen(function* () {
      yield* box
      const record = yield* create({ command: ["true"] })
      yield* start(record)
      yield* settle(record)
      yield* settle(record)
      yield* release(record)
      expect((yield* Stage).detached).toEqual([record.id])
      expect(yield* leases).toEqual([])
      expect((yield* inspect(record.id)).attachments).toEqual([])
    }).pipe(Effect.provide(world))
  )

  it.scoped("tells once that a network was left, by how many it may be given back at the same time", () =>
    Effect.gen(function* () {
      yield* box
      const record = yield* create({ command: ["true"] })
      yield* start(record)
      const told: Array<string> = []
      const journal = { record: ({ action }: { readonly action: string }) => Effect.sync(() => void told.push(action)) }
      yield* Effect.all([release(record), release(record), release(record)], { concurrency: 3 }).pipe(
        Effect.provideService(Journal, journal),
        // All of them have looked what is held before the first has given it back.
        Effect.updateService(Network, (network) => ({
          ...network,
          detach: (held) => Effect.zipRight(Effect.yieldNow(), network.detach(held))
        }))
      )
      expect(told).toEqual(["disconnect"])
    }).pipe(Effect.provide(world))
  )

  it.scoped("removes a container that was made with --rm, its anonymous volumes too", () =>
    Effect.gen(function* () {
      const { stack } = yield* box
      const mounts = [
        { type: "volume" as const, target: "/data", readonly: false, noCopy: true, typed: "-v /data" },
        {
          type: "volume" as const,
          name: "mine",
          target: "/named",
          readonly: false,
          noCopy: true,
          typed: "-v mine:/named"
        }
      ]
      const record = yield* create({ command: ["true"], autoRemove: true, mounts })
      yield* start(record)
      yield* settle(record)
      yield* settle(record)
      expect((yield* Effect.flip(inspect(record.id)))._tag).toBe("NoSuchContainer")
      expect((yield* (yield* Volumes).list).map(({ name }) => name)).toEqual(["mine"])
      expect((yield* Stage).detached).toEqual([record.id])
      yield* Effect.forEach(stack, (yield* LayerStore).remove)
    }).pipe(Effect.provide(world))
  )

  it.scoped("removing gives back what a start held that was killed before it could write that down", () =>
    Effect.gen(function* () {
      yield* box
      const record = yield* create({})
      const other = yield* create({})
      for (const { id, name } of [record, other]) {
        yield* (yield* Network).attach({ container: id, containerName: name, network: "bridge", ports: [] })
      }
      yield* dismantle(record, { volumes: false })
      expect((yield* leases).map(({ container }) => container)).toEqual([other.id])
    }).pipe(Effect.provide(world))
  )

  it.effect("keeps a container made with --rm that was never started", () =>
    Effect.gen(function* () {
      yield* box
      const record = yield* create({ autoRemove: true })
      yield* settle(record)
      expect((yield* inspect(record.id)).id).toBe(record.id)
    }).pipe(Effect.provide(world))
  )
})

describe("reconcile", () => {
  it.scoped("removes what was made with --rm and lost, frees what else was lost, and leaves alone what runs", () =>
    Effect.gen(function* () {
      yield* box
      const temporary = yield* create({ name: "temporary", ...forever, autoRemove: true })
      const lasting = yield* create({ name: "lasting", ...forever })
      const running = yield* create({ name: "running", ...forever })
      for (const record of [temporary, lasting, running]) yield* start(record)
      const stage = yield* Stage
      stage.lose(temporary.id)
      stage.lose(lasting.id)
      yield* reconcile
      yield* reconcile
      expect((yield* (yield* Containers).list).map(({ name }) => name).toSorted()).toEqual(["lasting", "running"])
      expect((yield* leases).map(({ container }) => container)).toEqual([running.id])
      expect([...stage.detached].toSorted()).toEqual([temporary.id, lasting.id].toSorted())
    }).pipe(Effect.provide(world))
  )
})
