import { existsSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Network } from "@gantry/core/network/Network"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { Settings } from "@gantry/core/Settings"
import { LayerStore } from "@gantry/core/store/LayerStore"
import { Recorded } from "@gantry/plugin-memory/MemoryRuntime"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Option, Stream, TestClock } from "effect"
import type { ContainerRecord } from "../../src/containers/ContainerRecord.ts"
import { Containers } from "../../src/containers/Containers.ts"
import { defaults, type RunOptions } from "../../src/containers/RunOptions.ts"
import { directoryOf, reconcile, release, settle } from "../../src/containers/settle.ts"
import { Images } from "../../src/images/Images.ts"
import { create as createWith } from "../../src/verbs/create.ts"
import { exec } from "../../src/verbs/exec.ts"
import { remove } from "../../src/verbs/remove.ts"
import { start as startVerb } from "../../src/verbs/start.ts"
import { stop } from "../../src/verbs/stop.ts"
import { Volumes } from "../../src/volumes/Volumes.ts"
import { directory, file, image, Stage, world } from "../world.ts"

const names = () => {
  let number = 0
  return () => `name${number++}`
}

const start = (record: ContainerRecord) => startVerb(record, { stays: true })

const create = (options: Partial<RunOptions> = {}, suggestName = names()) =>
  createWith({ ...defaults, image: "box", ...options }, { suggestName, allCapabilities: ["CHOWN"] })

const box = image(["box"], { Cmd: ["sleep", "1000"], Labels: { from: "image" } }, [
  directory("data"),
  file("data/seed", "planted")
])

const forever = { command: ["sleep", "1000"] }
const web = { ports: [{ containerPort: 80, hostPort: 8080, protocol: "tcp" as const }] }
const textOf = <E, R>(output: Stream.Stream<{ readonly bytes: Uint8Array }, E, R>) =>
  Stream.runFold(output, "", (text, { bytes }) => text + new TextDecoder().decode(bytes))
const leases = Effect.flatMap(Network, ({ attached }) => attached)
const inspect = (text: string) => Effect.flatMap(Containers, (containers) => containers.find(text))
const stateOf = (id: string) => Effect.flatMap(Runtime, (runtime) => runtime.state(id))

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
        attachment: null
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

  it.effect("leaves nothing when the name that was given is taken", () =>
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

  it.effect("leaves nothing when a mount cannot be made", () =>
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

describe("start", () => {
  it.scoped("connects the container, runs its command, and gives what it writes", () =>
    Effect.gen(function* () {
      yield* box
      const record = yield* create({ command: ["cat", "/data/seed"], ...web })
      const session = yield* start(record)
      expect(yield* textOf(session.output)).toBe("planted")
      expect((yield* session.exit).code).toBe(0)
      const held = (yield* inspect(record.id)).attachment
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
      expect((yield* inspect(record.id)).attachment).toBeNull()
      expect((yield* Stage).detached).toEqual([record.id])
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
      expect((yield* inspect("holder")).attachment).not.toBeNull()
      expect((yield* inspect("late")).attachment).toBeNull()
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
      expect((yield* inspect("killed")).attachment).toBeNull()
      expect(stage.detached).toEqual([killed.id])
    }).pipe(Effect.provide(world))
  )

  it.scoped("refuses a container that runs, without taking its network away", () =>
    Effect.gen(function* () {
      yield* box
      const record = yield* create({ ...forever, ...web })
      yield* start(record)
      expect(yield* Effect.flip(start(record))).toMatchObject({ _tag: "WrongState", verb: "start" })
      expect((yield* inspect(record.id)).attachment).not.toBeNull()
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

describe("stop", () => {
  it.scoped("sends the container's own signal", () =>
    Effect.gen(function* () {
      yield* box
      const record = yield* create({ ...forever, stopSignal: "SIGINT" })
      yield* start(record)
      expect(Option.getOrThrow(yield* stop(record)).code).toBe(130)
    }).pipe(Effect.provide(world))
  )

  it.scoped("kills what has not ended after its grace time, and not before", () =>
    Effect.gen(function* () {
      yield* box
      // SIGWINCH is one that a process outlives.
      const record = yield* create({ ...forever, stopSignal: "SIGWINCH", stopTimeout: 7 })
      yield* start(record)
      const stopping = yield* Effect.fork(stop(record))
      yield* TestClock.adjust("6900 millis")
      expect((yield* stateOf(record.id)).status).toBe("running")
      yield* TestClock.adjust("100 millis")
      expect(Option.getOrThrow(yield* Fiber.join(stopping)).code).toBe(137)
    }).pipe(Effect.provide(world))
  )

  it.scoped("waits for ever when the grace time is negative", () =>
    Effect.gen(function* () {
      yield* box
      const record = yield* create(forever)
      yield* start(record)
      const stopping = yield* Effect.fork(stop(record, { seconds: -1, signal: 28 }))
      yield* TestClock.adjust("10 days")
      expect((yield* stateOf(record.id)).status).toBe("running")
      yield* (yield* Runtime).signal(record.id, 15)
      expect(Option.getOrThrow(yield* Fiber.join(stopping)).code).toBe(143)
    }).pipe(Effect.provide(world))
  )

  it.effect("does nothing to what does not run", () =>
    Effect.gen(function* () {
      yield* box
      expect(yield* stop(yield* create())).toEqual(Option.none())
    }).pipe(Effect.provide(world))
  )
})

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

  it.effect("takes tree and files away, twice as well as once", () =>
    Effect.gen(function* () {
      const { stack } = yield* box
      const record = yield* create()
      const { root } = yield* Settings
      mkdirSync(directoryOf(root, record.id), { recursive: true })
      writeFileSync(join(directoryOf(root, record.id), "log.json"), "")
      yield* remove(record, { force: false, volumes: false })
      yield* remove(record, { force: false, volumes: false })
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
      expect((yield* (yield* Volumes).list).map(({ anonymous }) => anonymous).sort()).toEqual([false, true])
    }).pipe(Effect.provide(world))
  )
})

describe("settle", () => {
  it.scoped("leaves alone what runs", () =>
    Effect.gen(function* () {
      yield* box
      const record = yield* create({ ...forever, autoRemove: true })
      yield* start(record)
      yield* settle(record)
      expect((yield* inspect(record.id)).attachment).not.toBeNull()
    }).pipe(Effect.provide(world))
  )

  it.scoped("gives the network back once, however often it is asked", () =>
    Effect.gen(function* () {
      yield* box
      const record = yield* create({ command: ["true"] })
      yield* start(record)
      yield* settle(record)
      yield* settle(record)
      yield* release(record.id)
      expect((yield* Stage).detached).toEqual([record.id])
      expect(yield* leases).toEqual([])
      expect((yield* inspect(record.id)).attachment).toBeNull()
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
      expect((yield* (yield* Containers).list).map(({ name }) => name).sort()).toEqual(["lasting", "running"])
      expect((yield* leases).map(({ container }) => container)).toEqual([running.id])
      expect([...stage.detached].sort()).toEqual([temporary.id, lasting.id].sort())
    }).pipe(Effect.provide(world))
  )
})

describe("exec", () => {
  const request = {
    argv: ["env"],
    env: [],
    tty: false,
    stdin: false,
    privileged: false,
    allCapabilities: ["SYS_ADMIN"]
  }

  it.scoped("runs a further process with the container's environment and what is added to it", () =>
    Effect.gen(function* () {
      yield* box
      const record = yield* create({ ...forever, env: ["A=1", "B=2"] })
      yield* start(record)
      const session = yield* exec(record, { ...request, env: ["A", "C=3", "B=x"] })
      const said = (yield* textOf(session.output)).trimEnd().split("\n")
      expect(said.filter((line) => /^[ABC]=/.test(line))).toEqual(["B=x", "C=3"])
      expect((yield* session.exit).code).toBe(0)
      expect((yield* stateOf(record.id)).status).toBe("running")
    }).pipe(Effect.provide(world))
  )

  it.scoped("lets the container say what its terminal is", () =>
    Effect.gen(function* () {
      yield* box
      const plain = yield* create({ ...forever })
      const special = yield* create({ ...forever, env: ["TERM=vt100"] }, () => "special")
      for (const record of [plain, special]) yield* start(record)
      expect(yield* textOf((yield* exec(plain, { ...request, tty: true })).output)).toContain("TERM=xterm\n")
      expect(yield* textOf((yield* exec(special, { ...request, tty: true })).output)).toContain("TERM=vt100\n")
    }).pipe(Effect.provide(world))
  )

  it.scoped("has no part in the image's ENTRYPOINT, and its own working directory", () =>
    Effect.gen(function* () {
      yield* image(["box"], { Entrypoint: ["sleep"], Cmd: ["1000"], WorkingDir: "/srv" })
      const record = yield* create()
      yield* start(record)
      expect(yield* textOf((yield* exec(record, { ...request, argv: ["pwd"] })).output)).toBe("/srv\n")
      expect(yield* textOf((yield* exec(record, { ...request, argv: ["pwd"], workdir: "/tmp" })).output)).toBe("/tmp\n")
    }).pipe(Effect.provide(world))
  )

  it.scoped("is refused where nothing runs, and says how to help", () =>
    Effect.gen(function* () {
      yield* box
      const record = yield* create({ name: "web" })
      expect(yield* Effect.flip(exec(record, request))).toMatchObject({
        _tag: "WrongState",
        hint: "start it first: gantry start web"
      })
    }).pipe(Effect.provide(world))
  )
})
