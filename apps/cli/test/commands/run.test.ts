import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Network } from "@gantry/core/network/Network"
import { Volumes } from "@gantry/engine/volumes/Volumes"
import { Recorded } from "@gantry/plugin-memory/MemoryRuntime"
import { DirectExec } from "@gantry/engine/containers/DirectExec"
import { Effect, Layer } from "effect"
import { engine, gantry, scratch } from "./bench.ts"

const box = Effect.gen(function* () {
  const context = yield* scratch
  writeFileSync(join(context, "Dockerfile"), 'FROM scratch\nRUN echo hello > /greeting\nCMD ["cat", "/greeting"]\n')
  return yield* gantry("build", ["-q", "-t", "box", context])
})

const containers = Effect.map(gantry("ps", ["-a", "--format", "{{.Names}}"]), ({ out }) => out)
const attached = Effect.flatMap(Network, (network) => network.attached)

/** Lets 40 milliseconds of the clock that measures pass: a timer goes by one of its own and may be early. */
const aWhile = Effect.suspend(() => {
  const begun = performance.now()
  return Effect.repeat(Effect.yieldNow(), { until: () => performance.now() - begun >= 40 })
})

/** A network that takes its time. */
const slowNetwork = Layer.effect(
  Network,
  Effect.map(Network, (network) => ({
    ...network,
    attach: (request: Parameters<typeof network.attach>[0]) => Effect.zipRight(aWhile, network.attach(request))
  }))
)

describe("gantry run", () => {
  it.scoped("shows what the command writes, each stream where it belongs, and ends as it ends", () =>
    Effect.gen(function* () {
      yield* box
      expect(yield* gantry("run", ["--name", "web", "box"])).toEqual({ status: 0, out: "hello\n", err: "" })
      expect(yield* gantry("run", ["box", "sh", "-c", "echo one; echo two >&2; exit 7"])).toEqual({
        status: 7,
        out: "one\n",
        err: "two\n"
      })
      expect(yield* containers).toContain("web\n")
      expect(yield* attached).toEqual([])
    }).pipe(Effect.provide(engine))
  )

  it.scoped("shows only the streams of -a, and with neither of them says which container it is", () =>
    Effect.gen(function* () {
      yield* box
      const both = ["box", "sh", "-c", "echo one; echo two >&2"]
      expect(yield* gantry("run", ["-a", "STDERR", ...both])).toEqual({ status: 0, out: "", err: "two\n" })
      expect(yield* gantry("run", ["-a", "stdout", "-a", "stderr", ...both])).toMatchObject({
        out: "one\n",
        err: "two\n"
      })
      const { err, out } = yield* gantry("run", ["-i", "-a", "stdin", ...both])
      expect([out, err]).toEqual([expect.stringMatching(/^[0-9a-f]{64}\n$/), ""])
      expect((yield* gantry("run", ["-a", "tty", ...both])).err).toContain("valid streams are STDIN, STDOUT and STDERR")
    }).pipe(Effect.provide(engine))
  )

  it.scopedLive(
    "tells with --timings what took how long, all of it together the whole, each part where it was spent",
    () =>
      Effect.gen(function* () {
        yield* box
        const { err, out, status } = yield* gantry("run", ["--rm", "--timings=json", "box"])
        expect([status, out]).toEqual([0, "hello\n"])
        const { phases, total } = JSON.parse(err) as {
          readonly total: number
          readonly phases: ReadonlyArray<{ readonly name: string; readonly duration: number }>
        }
        expect(phases.reduce((sum, { duration }) => sum + duration, 0)).toBeCloseTo(total, 1)
        expect(phases.map(({ name }) => name)).toEqual(
          expect.arrayContaining(["load", "resolve", "create", "mount", "network", "start", "command", "settle"])
        )
        expect(phases.find(({ name }) => name === "network")?.duration).toBeGreaterThanOrEqual(40)
        expect((yield* gantry("run", ["--rm", "--timings", "box"])).err).toMatch(/^network +\d+\.\d ms +█/m)
        expect((yield* gantry("run", ["--timings=xml", "box"])).status).toBe(125)
      }).pipe(Effect.provide(Layer.provideMerge(slowNetwork, engine)))
  )

  it.scopedLive("kills with --max-startup what has taken too long to start, and says where the time went", () =>
    Effect.gen(function* () {
      yield* box
      const { err, out, status } = yield* gantry("run", [
        "-d",
        "--max-startup",
        "30ms",
        "--name",
        "late",
        "box",
        "sleep",
        "9"
      ])
      expect([status, out]).toEqual([125, ""])
      expect(err).toMatch(/container late took \d+ ms to start, which is more than 30 ms: .*ms/)
      expect((yield* gantry("ps", ["-q"])).out).toBe("")
      expect(yield* attached).toEqual([])
      expect((yield* gantry("run", ["--rm", "--max-startup", "1h", "box"])).status).toBe(0)
    }).pipe(Effect.provide(Layer.provideMerge(slowNetwork, engine)))
  )

  it.scoped("takes the place of who has its name with --replace, once nothing else is wrong with it", () =>
    Effect.gen(function* () {
      yield* box
      yield* gantry("run", ["-d", "--name", "web", "box", "sleep", "1"])
      const id = Effect.map(gantry("ps", ["-aq", "--no-trunc"]), ({ out }) => out)
      const before = yield* id
      expect(yield* gantry("run", ["--name", "web", "box"])).toMatchObject({ status: 125, out: "" })
      expect((yield* gantry("run", ["--replace", "--name", "web", "nope"])).status).toBe(125)
      expect((yield* gantry("create", ["--replace", "box"])).err).toContain("--replace needs a name")
      expect(yield* id).toBe(before)
      const { out } = yield* gantry("create", ["--replace", "--name", "web", "box"])
      expect(out).not.toBe(before)
      expect(yield* id).toBe(out)
    }).pipe(Effect.provide(engine))
  )

  it.scoped("leaves nothing with --rm", () =>
    Effect.gen(function* () {
      yield* box
      expect((yield* gantry("run", ["--rm", "-v", "/data", "box"])).out).toBe("hello\n")
      expect(yield* containers).toBe("")
      expect(yield* (yield* Volumes).list).toEqual([])
      expect(yield* attached).toEqual([])
    }).pipe(Effect.provide(engine))
  )

  it.scoped("prints the ID alone with -d, and goes", () =>
    Effect.gen(function* () {
      yield* box
      const { out, status } = yield* gantry("run", ["-d", "--name", "web", "box", "sleep", "1"])
      expect(out).toMatch(/^[0-9a-f]{64}\n$/)
      expect(status).toBe(0)
      expect((yield* gantry("inspect", ["-f", "{{.State.Running}}", "web"])).out).toBe("true\n")
    }).pipe(Effect.provide(engine))
  )

  it.scoped("ends with 127 when the command is not there, and keeps the container unless it was to go", () =>
    Effect.gen(function* () {
      yield* box
      expect(yield* gantry("run", ["--rm", "box", "nope"])).toMatchObject({ status: 127, out: "" })
      expect(yield* containers).toBe("")
      expect((yield* gantry("run", ["--name", "kept", "box", "nope"])).err).toContain('"nope"')
      expect(yield* containers).toBe("kept\n")
      expect(yield* attached).toEqual([])
    }).pipe(Effect.provide(engine))
  )

  it.scoped("ends with 125 when it is asked for what cannot be, and with 1 where docker does", () =>
    Effect.gen(function* () {
      yield* box
      for (const args of [["nope"], ["-e", "=", "box"], ["-v", "/nowhere/at/all:/x", "box"]]) {
        expect({ args, ...(yield* gantry("run", args)) }).toMatchObject({ status: 125, out: "" })
      }
      for (const args of [
        ["-it", "box"],
        ["-d", "-a", "stdout", "box"]
      ]) {
        expect({ args, ...(yield* gantry("run", args)) }).toMatchObject({ status: 1, out: "" })
      }
      expect(yield* containers).toBe("")
    }).pipe(Effect.provide(engine))
  )

  it.scoped("refuses by name what it would otherwise have to leave out", () =>
    Effect.gen(function* () {
      yield* box
      for (const [why, ...options] of [
        ["with driver-opt", "--network", "name=x,driver-opt=a=b"],
        ["network-scoped aliases are only supported for user-defined networks", "--network-alias", "a"],
        ["user specified IP address is supported on user defined networks only", "--ip", "172.17.0.9"],
        ["both --network-alias and per-network alias", "--network", "name=x,alias=a", "--network-alias", "b"],
        ['network "x" is specified multiple times', "--network", "x", "--network", "x"],
        ["cannot attach both user-defined and non-user-defined", "--network", "x", "--network", "host"],
        ["zz is not a valid mac address", "--network", "x", "--mac-address", "zz"],
        ["port publishing and the container type network mode", "--network", "container:x", "-p", "80"],
        ["hostname and the network mode", "--network", "container:x", "--hostname", "h"],
        ["dns and the network mode", "--network", "container:x", "--dns", "1.1.1.1"],
        ["No such container: x", "--network", "container:x"],
        ["with driver-opt", "--network", "name=bridge,driver-opt=a=b"],
        ['"--dns"', "--dns", "1.1.1.1\noptions rotate"],
        ['"--dns-search"', "--dns-search", "a..b"]
      ] as const) {
        const { err, status } = yield* gantry("run", [...options, "box"])
        expect([why, status, err]).toEqual([why, 125, expect.stringContaining(why)])
      }
      expect(yield* containers).toBe("")
    }).pipe(Effect.provide(engine))
  )

  it.scoped("passes variables on: a value, the caller's, and none where the caller has none", () =>
    Effect.gen(function* () {
      yield* box
      const file = join(yield* scratch, "env")
      writeFileSync(file, "FROM_FILE=1\nOVER=file\n# nothing\n")
      const { out } = yield* gantry(
        "run",
        ["--env-file", file, "-e", "OVER=typed", "-e", "MINE", "-e", "NOT_MINE", "-e", "EMPTY=", "box", "env"],
        { env: { MINE: "of the caller", OTHER: "private" } }
      )
      const lines = out.split("\n")
      for (const line of ["FROM_FILE=1", "OVER=typed", "MINE=of the caller", "EMPTY="]) expect(lines).toContain(line)
      expect(out).not.toMatch(/NOT_MINE|OTHER|nothing/)
    }).pipe(Effect.provide(engine))
  )

  it.scoped("asks the runtime for what was typed", () =>
    Effect.gen(function* () {
      yield* box
      const place = yield* scratch
      const limits = [
        "--memory",
        "64m",
        "--cpus",
        "1.5",
        "--pids-limit",
        "9",
        "--ulimit",
        "nofile=10:20",
        "--shm-size",
        "1m"
      ]
      const mounts = ["-v", ".:/host:ro", "--tmpfs", "/t:size=1m", "--read-only"]
      const identity = ["-h", "web", "-w", "/srv", "-u", "5:6", "--entrypoint", "echo", "--init"]
      const isolation = [
        "--network",
        "none",
        "--privileged",
        "--security-opt",
        "no-new-privileges",
        "--sysctl",
        "net.a=1"
      ]
      const { status } = yield* gantry("run", [...limits, ...mounts, ...identity, ...isolation, "box", "word"], {
        cwd: place
      })
      expect(status).toBe(0)
      const spec = (yield* (yield* Recorded).asked).at(-1)
      expect(spec).toMatchObject({
        hostname: "web",
        readonlyRoot: true,
        init: true,
        privileged: true,
        shmBytes: 1024 * 1024,
        wiring: [],
        sysctls: { "net.a": "1" },
        resources: { memoryBytes: 64 * 1024 * 1024, nanoCpus: 1_500_000_000, pids: 9 },
        process: {
          argv: ["echo", "word"],
          cwd: "/srv",
          user: "5:6",
          noNewPrivileges: true,
          rlimits: [{ name: "nofile", soft: 10, hard: 20 }]
        }
      })
      expect(spec?.mounts).toContainEqual(
        expect.objectContaining({ type: "bind", source: place, target: "/host", readonly: true })
      )
      expect(spec?.mounts).toContainEqual(expect.objectContaining({ type: "tmpfs", target: "/t" }))
    }).pipe(Effect.provide(engine))
  )
})

describe("gantry exec", () => {
  it.scoped("starts processes by the runtime that serves, when that has no way to our own streams", () =>
    Effect.gen(function* () {
      yield* box
      yield* gantry("run", ["-d", "--name", "web", "box", "sleep", "60"])
      const run = gantry("exec", ["web", "sh", "-c", "echo one; echo two >&2; exit 4"])
      expect(yield* Effect.provideService(run, DirectExec, {})).toEqual({ status: 4, out: "one\n", err: "two\n" })
      expect((yield* gantry("logs", ["--since", "5x", "web"])).status).toBe(1)
    }).pipe(Effect.provide(engine))
  )

  it.scoped("runs a further command in a running container, and ends as it ends", () =>
    Effect.gen(function* () {
      yield* box
      yield* gantry("run", ["-d", "--name", "web", "box", "sleep", "1"])
      const script = "cat greeting > /copy; echo $A >> /copy; exit 3"
      expect((yield* gantry("exec", ["-e", "A=1", "-w", "/", "web", "sh", "-c", script])).status).toBe(3)
      expect(yield* gantry("exec", ["-t", "web", "cat", "/copy"])).toEqual({ status: 0, out: "hello\n1\n", err: "" })
      expect((yield* gantry("exec", ["web", "nope"])).status).toBe(127)
      yield* gantry("kill", ["web"])
      expect(yield* gantry("exec", ["web", "true"])).toMatchObject({ status: 1, out: "" })
    }).pipe(Effect.provide(engine))
  )
})

describe("gantry start", () => {
  it.scoped("shows with -a what an ended container writes this time", () =>
    Effect.gen(function* () {
      yield* box
      yield* gantry("run", ["--name", "web", "box", "sh", "-c", "echo again; exit 4"])
      expect(yield* gantry("start", ["-a", "web"])).toEqual({ status: 4, out: "again\n", err: "" })
      expect(yield* attached).toEqual([])
    }).pipe(Effect.provide(engine))
  )
})
