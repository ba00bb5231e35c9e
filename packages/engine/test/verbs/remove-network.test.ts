import { Network } from "@gantry/core/network/Network"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import type { RunOptions } from "../../src/containers/RunOptions.ts"
import { removeNetwork } from "../../src/verbs/remove-network.ts"
import { Stage, world } from "../world.ts"
import { box, create, forever, inspect, leases, start } from "./play.ts"

const inNet = { networks: [{ network: "net", aliases: [], priority: 0 }] } satisfies Partial<RunOptions>

const names = Effect.map(
  Effect.flatMap(Network, ({ list }) => list),
  (all) => all.map(({ name }) => name)
)

const made = Effect.flatMap(Network, (network) => network.create({ name: "net", internal: false, labels: {} }))

describe("removing a network", () => {
  it.scoped("is refused while a running container is in it, naming that", () =>
    Effect.gen(function* () {
      yield* box
      yield* made
      yield* start(yield* create({ ...forever, ...inNet, name: "user" }))
      const failure = yield* Effect.flip(removeNetwork("net"))
      expect(failure.message).toContain("in use by user")
      expect(yield* names).toContain("net")
      expect(yield* leases).toHaveLength(1)
    }).pipe(Effect.provide(world))
  )

  it.scoped("gives back first what a start held that was killed before it could write that down", () =>
    Effect.gen(function* () {
      yield* box
      yield* made
      const { id, name } = yield* create({ ...inNet })
      yield* (yield* Network).attach({ container: id, containerName: name, network: "net", ports: [] })
      yield* removeNetwork("net")
      expect(yield* names).not.toContain("net")
      expect(yield* leases).toEqual([])
    }).pipe(Effect.provide(world))
  )

  it.scoped("gives back first what a container holds that was lost", () =>
    Effect.gen(function* () {
      yield* box
      yield* made
      const { id } = yield* create({ ...forever, ...inNet })
      yield* start(yield* inspect(id))
      ;(yield* Stage).lose(id)
      yield* removeNetwork("net")
      expect(yield* names).not.toContain("net")
      expect((yield* inspect(id)).attachments).toEqual([])
    }).pipe(Effect.provide(world))
  )
})
