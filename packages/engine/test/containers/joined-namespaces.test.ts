import { Recorded } from "@gantry/plugin-memory/MemoryRuntime"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { neededBy } from "../../src/containers/joined-namespaces.ts"
import { defaults, type RunOptions } from "../../src/containers/RunOptions.ts"
import { rename } from "../../src/verbs/rename.ts"
import { world } from "../world.ts"
import { box, create, forever, inspect, start } from "../verbs/play.ts"

const joining = (wish: Partial<RunOptions["namespaces"]>) => ({ namespaces: { ...defaults.namespaces, ...wish } })
const shareable = joining({ ipc: "shareable" })

describe("a container that joins the namespaces of another one", () => {
  it.scoped("finds them by links in its own directory, whatever the other one is called by then", () =>
    Effect.gen(function* () {
      yield* box
      const owner = yield* create({ ...forever, name: "owner", ...shareable })
      yield* start(owner)
      const wish = joining({ pid: { container: "owner" }, ipc: { container: "owner" } })
      const side = yield* create({ ...forever, ...wish, init: true })
      yield* rename(owner, "other")
      yield* start(side)
      const [, spec] = yield* (yield* Recorded).asked
      expect(spec?.namespaces).toMatchObject({
        pid: { path: expect.stringMatching(`${side.id}/pid$`) },
        ipc: { path: expect.stringMatching(`${side.id}/ipc$`), mounts: expect.stringMatching(`${side.id}/memory$`) }
      })
      expect(spec?.init).toBe(false)
      const { options } = yield* inspect(side.id)
      expect(options.joins).toEqual({ pid: owner.id, ipc: owner.id })
      expect(neededBy({ options })).toEqual([owner.id, owner.id])
    }).pipe(Effect.provide(world))
  )

  it.scoped("has the host's when the other one has, also through a third", () =>
    Effect.gen(function* () {
      yield* box
      yield* start(yield* create({ ...forever, name: "owner", ...joining({ pid: "host", ipc: "host" }) }))
      yield* start(
        yield* create({
          ...forever,
          name: "near",
          ...joining({ pid: { container: "owner" }, ipc: { container: "owner" } })
        })
      )
      yield* start(
        yield* create({ ...forever, ...joining({ pid: { container: "near" }, ipc: { container: "near" } }) })
      )
      for (const spec of yield* (yield* Recorded).asked) {
        expect(spec.namespaces).toMatchObject({ pid: "host", ipc: "host" })
        expect(spec.mounts.filter(({ target }) => target === "/dev/shm")).toHaveLength(1)
      }
    }).pipe(Effect.provide(world))
  )

  it.scoped("is not made without that one, and not started while that one does not run", () =>
    Effect.gen(function* () {
      yield* box
      const lost = Effect.flip(create({ ...forever, ...joining({ pid: { container: "nope" } }) }))
      expect((yield* lost)._tag).toBe("NoSuchContainer")
      const owner = yield* create({ ...forever, name: "owner", ...shareable })
      const refusal = (wish: Partial<RunOptions["namespaces"]>) =>
        Effect.flatMap(create({ ...forever, ...joining(wish) }), (side) => Effect.flip(start(side)))
      expect(yield* refusal({ pid: { container: "owner" } })).toMatchObject({
        _tag: "WrongState",
        why: `container ${owner.id} is not running`
      })
      expect(yield* refusal({ ipc: { container: "owner" } })).toMatchObject({
        _tag: "WrongState",
        why: `can't join IPC of container ${owner.id}: container ${owner.id} is not running`
      })
    }).pipe(Effect.provide(world))
  )

  it.scoped("cannot have memory that is private, or that there is none of", () =>
    Effect.gen(function* () {
      yield* box
      for (const [name, options] of [
        ["private", {}],
        ["none", { shmBytes: 0 }]
      ] as const) {
        const owner = yield* create({ ...forever, name, ...options })
        yield* start(owner)
        const side = yield* create({ ...forever, ...joining({ ipc: { container: name } }) })
        expect(yield* Effect.flip(start(side))).toMatchObject({
          _tag: "WrongState",
          why: `can't join IPC of container ${owner.id}: non-shareable IPC (hint: use IpcMode:shareable for the donor container)`
        })
      }
    }).pipe(Effect.provide(world))
  )
})
