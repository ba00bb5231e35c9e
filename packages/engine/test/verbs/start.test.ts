import { Recorded } from "@gantry/plugin-memory/MemoryRuntime"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { Containers } from "../../src/containers/Containers.ts"
import { settle } from "../../src/containers/settle.ts"
import { pause } from "../../src/verbs/pause.ts"
import { remove } from "../../src/verbs/remove.ts"
import { ensureStarted } from "../../src/verbs/start.ts"
import { Stage, world } from "../world.ts"
import { box, create, forever, inspect, leases, start, stateOf, textOf, web } from "./play.ts"

describe("start", () => {
  it.scoped("connects the container, runs its command, and gives what it writes", () =>
    Effect.gen(function* () {
      yield* box
      const record = yield* create({ command: ["cat", "/data/seed"], ...web })
      const session = yield* start(record)
      expect(yield* textOf(session.output)).toBe("planted")
      expect((yield* session.exit).code).toBe(0)
      const [held] = (yield* inspect(record.id)).attachments
      expect(held?.ports).toEqual([{ hostIp: "0.0.0.0", hostPort: 8080, containerPort: 80, protocol: "tcp" }])
      const [asked] = yield* (yield* Recorded).asked
      expect(asked?.wiring).toEqual(held?.wiring)
      expect(asked?.files.hosts).toContain(`${held?.address}\t${record.spec.hostname}\n`)
    }).pipe(Effect.provide(world))
  )

  it.scoped("gives the network back when the command is not there", () =>
    Effect.gen(function* () {
      yield* box
      const record = yield* create({ command: ["nope"], ...web })
      expect((yield* Effect.flip(start(record)))._tag).toBe("CommandNotFound")
      expect(yield* leases).toEqual([])
      expect((yield* inspect(record.id)).attachments).toEqual([])
      expect((yield* Stage).detached).toEqual([record.id])
    }).pipe(Effect.provide(world))
  )

  it.scoped("lets one of two callers at the same moment start it, and the other one find it running", () =>
    Effect.gen(function* () {
      yield* box
      const record = yield* create({ ...forever, ...web })
      const both = yield* Effect.all(
        [1, 2].map(() => Effect.either(start(record))),
        { concurrency: 2 }
      )
      expect(both.map(({ _tag }) => _tag).toSorted()).toEqual(["Left", "Right"])
      expect(both.find(({ _tag }) => _tag === "Left")).toMatchObject({ left: { _tag: "WrongState", verb: "start" } })
      expect((yield* stateOf(record.id)).status).toBe("running")
      expect((yield* inspect(record.id)).attachments).toHaveLength(1)
      expect(yield* leases).toHaveLength(1)
    }).pipe(Effect.provide(world))
  )

  it.scoped("starts nothing that was removed, or whose removal was cut short, after the caller found it", () =>
    Effect.gen(function* () {
      yield* box
      const gone = yield* create(forever)
      yield* remove(gone, { force: false, volumes: false })
      expect((yield* Effect.flip(start(gone)))._tag).toBe("NoSuchContainer")
      const half = yield* create(forever)
      yield* (yield* Containers).amend(half.id, (record) => ({ ...record, removing: { volumes: false } }))
      expect(yield* Effect.flip(start(half))).toMatchObject({ _tag: "WrongState", verb: "start" })
      expect(yield* leases).toEqual([])
    }).pipe(Effect.provide(world))
  )

  it.scoped("asks for unpause when the container stands still, and takes one that runs for started", () =>
    Effect.gen(function* () {
      yield* box
      const record = yield* create(forever)
      yield* start(record)
      yield* ensureStarted(record)
      yield* pause(record)
      expect(yield* Effect.flip(ensureStarted(record))).toMatchObject({
        _tag: "WrongState",
        why: "cannot start a paused container, try unpause instead"
      })
      expect(yield* stateOf(record.id)).toMatchObject({ status: "running", paused: true })
    }).pipe(Effect.provide(world))
  )

  it.scoped("says who holds a port, and leaves the holder alone", () =>
    Effect.gen(function* () {
      yield* box
      const holder = yield* create({ name: "holder", ...forever, ...web })
      yield* start(holder)
      const record = yield* create({ name: "late", ...forever, ...web })
      expect(yield* Effect.flip(start(record))).toMatchObject({
        _tag: "PortTaken",
        port: 8080,
        holder: "container holder"
      })
      expect((yield* stateOf(holder.id)).status).toBe("running")
      expect((yield* inspect("holder")).attachments).toHaveLength(1)
      expect((yield* inspect("late")).attachments).toEqual([])
    }).pipe(Effect.provide(world))
  )

  it.scoped("takes over a port whose holder was killed", () =>
    Effect.gen(function* () {
      yield* box
      const killed = yield* create({ name: "killed", ...forever, ...web })
      yield* start(killed)
      const stage = yield* Stage
      stage.lose(killed.id)
      const record = yield* create({ name: "next", ...forever, ...web })
      yield* start(record)
      expect((yield* leases).map(({ container }) => container)).toEqual([record.id])
      expect((yield* inspect("killed")).attachments).toEqual([])
      expect(stage.detached).toEqual([killed.id])
    }).pipe(Effect.provide(world))
  )

  it.scoped("refuses a container that runs, without taking its network away", () =>
    Effect.gen(function* () {
      yield* box
      const record = yield* create({ ...forever, ...web })
      yield* start(record)
      expect(yield* Effect.flip(start(record))).toMatchObject({ _tag: "WrongState", verb: "start" })
      expect((yield* inspect(record.id)).attachments).toHaveLength(1)
      expect((yield* Stage).detached).toEqual([])
    }).pipe(Effect.provide(world))
  )

  it.scoped("starts again what has ended, on what it had written", () =>
    Effect.gen(function* () {
      yield* box
      const record = yield* create({ command: ["sh", "-c", "echo again >> /data/log; cat /data/log"] })
      expect(yield* textOf((yield* start(record)).output)).toBe("again\n")
      yield* settle(record)
      expect(yield* textOf((yield* start(record)).output)).toBe("again\nagain\n")
    }).pipe(Effect.provide(world))
  )
})
