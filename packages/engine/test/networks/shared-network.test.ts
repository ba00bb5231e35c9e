import { Recorded } from "@gantry/plugin-memory/MemoryRuntime"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { rename } from "../../src/verbs/rename.ts"
import { world } from "../world.ts"
import { box, create, forever, inspect, leases, start } from "../verbs/play.ts"

const sharing = (name: string) => ({ networks: [{ network: `container:${name}`, aliases: [], priority: 0 }] as const })

describe("a container that shares another one's network", () => {
  it.scoped("joins its process, has its host name and files, and takes no address", () =>
    Effect.gen(function* () {
      yield* box
      const owner = yield* create({ ...forever, name: "owner", hostname: "house" })
      yield* start(owner)
      const side = yield* create({ ...forever, ...sharing("owner") })
      // Named by its ID from now on.
      yield* rename(owner, "other")
      yield* start(side)
      const further = yield* create({ ...forever, ...sharing(side.id) })
      yield* start(further)
      const [first, ...others] = yield* (yield* Recorded).asked
      expect(others).toHaveLength(2)
      for (const spec of others) {
        expect(spec.wiring).toMatchObject([{ type: "join" }])
        expect(spec.hostname).toBe("house")
        expect(spec.files).toEqual(first?.files)
        expect(spec.process.env).toContain("HOSTNAME=house")
      }
      expect((yield* leases).map(({ container }) => container)).toEqual([owner.id])
      expect((yield* inspect(side.id)).options.network).toBe(`container:${owner.id}`)
    }).pipe(Effect.provide(world))
  )

  it.scoped("is not made without that one, and not started while that one does not run", () =>
    Effect.gen(function* () {
      yield* box
      expect((yield* Effect.flip(create({ ...forever, ...sharing("nope") })))._tag).toBe("NoSuchContainer")
      const owner = yield* create({ ...forever, name: "owner" })
      const side = yield* create({ ...forever, ...sharing("owner") })
      const refused = yield* Effect.flip(start(side))
      expect(refused).toMatchObject({
        _tag: "WrongState",
        why: `cannot join network of a non running container: ${owner.id}`
      })
      expect((yield* inspect(side.id)).attachments).toEqual([])
    }).pipe(Effect.provide(world))
  )
})
