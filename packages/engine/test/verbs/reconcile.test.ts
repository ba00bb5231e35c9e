import { describe, expect, it } from "@effect/vitest"
import { Effect, Exit, Scope } from "effect"
import { type Reconciliation, reconcileAll, shouldRun } from "../../src/verbs/reconcile.ts"
import { recordOf } from "../records.ts"
import { prepareMounts } from "../../src/containers/prepare-mounts.ts"
import type { MountRequest } from "../../src/containers/RunOptions.ts"
import { Volumes } from "../../src/volumes/Volumes.ts"
import { remove } from "../../src/verbs/remove.ts"
import { configOf, Stage, world } from "../world.ts"
import { box, create, forever, inspect, start, stateOf, web } from "./play.ts"

describe("what should run after a reboot", () => {
  const exit = { code: 0, oomKilled: false }
  const states = {
    created: { status: "created" },
    lost: { status: "lost", startedAt: 0 },
    stopped: { status: "exited", exit, startedAt: 0, finishedAt: 0, stoodDown: true },
    ended: { status: "exited", exit, startedAt: 0, finishedAt: 0 },
    running: { status: "running", startedAt: 0, paused: false }
  } as const
  const wanted = (policy: "no" | "on-failure" | "always" | "unless-stopped" | undefined) => {
    const { options } = recordOf("a", "a")
    const record = { options: policy === undefined ? options : { ...options, restart: { policy, most: 0 } } }
    return Object.entries(states)
      .filter(([, state]) => shouldRun(record, state))
      .map(([name]) => name)
  }

  it("is decided by the restart policy, and by who stopped it", () => {
    expect(wanted(undefined)).toEqual([])
    expect(wanted("no")).toEqual([])
    expect(wanted("on-failure")).toEqual([])
    expect(wanted("always")).toEqual(["lost", "stopped", "ended"])
    expect(wanted("unless-stopped")).toEqual(["lost", "ended"])
  })
})

/** Containers that were made in the same millisecond come in any order. */
const sorted = (found: Reconciliation) => ({ ...found, settled: found.settled.toSorted() })

describe("reconciling", () => {
  it.scoped(
    "gives back what the lost hold, removes those of --rm, starts what should run, and leaves the rest alone",
    () =>
      Effect.gen(function* () {
        yield* box
        const stage = yield* Stage
        const restart = { policy: "always", most: 0 } as const
        const plain = yield* create({ name: "plain", ...forever, ...web })
        const once = yield* create({ name: "once", ...forever, autoRemove: true })
        const alive = yield* create({ name: "alive", ...forever, restart })
        const again = yield* create({ name: "again", command: ["true"], restart })
        for (const each of [plain, once, alive, again]) yield* start(each)
        stage.lose(plain.id)
        stage.lose(once.id)
        const found = yield* reconcileAll({ start: true, dryRun: true })
        expect(sorted(found)).toMatchObject({
          settled: ["again", "plain"],
          removed: ["once"],
          started: ["again"],
          failed: []
        })
        expect(stage.detached).toEqual([])
        const done = yield* reconcileAll({ start: true, dryRun: false })
        expect(sorted(done)).toMatchObject({
          settled: ["again", "plain"],
          removed: ["once"],
          started: ["again"],
          failed: []
        })
        expect((yield* inspect("plain")).attachments).toEqual([])
        expect((yield* inspect("alive")).attachments).toHaveLength(1)
        expect((yield* stateOf(alive.id)).status).toBe("running")
        expect((yield* Effect.flip(inspect("once")))._tag).toBe("NoSuchContainer")
        expect(yield* reconcileAll({ start: false, dryRun: true })).toMatchObject({ removed: [], started: [] })
      }).pipe(Effect.provide(world))
  )

  it.scoped("removes volumes of containers that never came to be, and none that is being made or was", () =>
    Effect.gen(function* () {
      yield* box
      const volumes = yield* Volumes
      const names = Effect.map(volumes.list, (all) => all.map(({ name }) => name))
      const mount: MountRequest = { type: "volume", target: "/data", readonly: false, noCopy: true, typed: "-v /data" }
      const kept = yield* create({ name: "kept", mounts: [mount] })
      const left = yield* create({ name: "left", mounts: [mount] })
      yield* remove(left, { force: false, volumes: false })
      const before = yield* names
      expect(before).toHaveLength(2)
      // As if whoever makes it were killed before the container is on record: what it holds is given back, and nothing else.
      const making = prepareMounts([mount], configOf({}), { stack: [], user: "", trees: { container: "c" } })
      const scope = yield* Scope.make()
      const { own } = yield* Scope.extend(making, scope)
      const sweep = reconcileAll({ start: false, dryRun: false })
      yield* sweep
      expect(yield* names).toEqual([...before, ...own.map(({ name }) => name)].toSorted())
      yield* Scope.close(scope, Exit.void)
      yield* sweep
      expect(yield* names).toEqual(before)
      expect((yield* inspect("kept")).mounts.map(({ name }) => name)).toEqual(kept.mounts.map(({ name }) => name))
    }).pipe(Effect.provide(world))
  )
})
