import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { engine, gantry } from "./bench.ts"
import { build } from "./box.ts"

const sleeper = (name: string, ...options: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    yield* build("box")
    yield* gantry("run", ["-d", "--name", name, ...options, "box", "sleep", "60"])
  })

const state = (name: string) =>
  Effect.map(gantry("inspect", ["-f", "{{.State.Status}}", name]), ({ out }) => out.trim())

describe("gantry pause and unpause", () => {
  it.scoped("make a container stand still and go on, and refuse what is so already", () =>
    Effect.gen(function* () {
      yield* sleeper("web")
      expect(yield* gantry("pause", ["web"])).toEqual({ status: 0, out: "web\n", err: "" })
      expect(yield* state("web")).toBe("paused")
      expect((yield* gantry("pause", ["web"])).err).toContain("container is already paused")
      expect((yield* gantry("exec", ["web", "true"])).err).toContain("container is paused")
      expect((yield* gantry("attach", ["web"])).err).toContain("container is paused")
      expect(yield* gantry("unpause", ["web"])).toEqual({ status: 0, out: "web\n", err: "" })
      expect(yield* state("web")).toBe("running")
      expect(yield* gantry("unpause", ["web"])).toMatchObject({ status: 1, out: "" })
    }).pipe(Effect.provide(engine))
  )

  it.scoped("do not keep a container from being stopped", () =>
    Effect.gen(function* () {
      yield* sleeper("web")
      yield* gantry("pause", ["web"])
      expect((yield* gantry("stop", ["web"])).out).toBe("web\n")
      expect(yield* state("web")).toBe("exited")
      expect((yield* gantry("pause", ["web"])).err).toContain("container is not running")
    }).pipe(Effect.provide(engine))
  )
})

describe("gantry restart", () => {
  it.scoped("starts what runs anew, and what does not run", () =>
    Effect.gen(function* () {
      yield* sleeper("web")
      expect((yield* gantry("restart", ["-t", "0", "web"])).out).toBe("web\n")
      expect(yield* state("web")).toBe("running")
      yield* gantry("stop", ["web"])
      yield* gantry("restart", ["web"])
      expect(yield* state("web")).toBe("running")
    }).pipe(Effect.provide(engine))
  )

  it.scoped("keeps a container that was made with --rm", () =>
    Effect.gen(function* () {
      yield* sleeper("web", "--rm")
      expect(yield* gantry("restart", ["web"])).toEqual({ status: 0, out: "web\n", err: "" })
      expect(yield* state("web")).toBe("running")
    }).pipe(Effect.provide(engine))
  )
})

describe("gantry rename", () => {
  it.scoped("gives another name, and refuses one that is taken, wrong or the same", () =>
    Effect.gen(function* () {
      yield* sleeper("web")
      yield* gantry("create", ["--name", "other", "box"])
      expect(yield* gantry("rename", ["web", "site"])).toEqual({ status: 0, out: "", err: "" })
      expect(yield* state("site")).toBe("running")
      expect((yield* gantry("rename", ["site", "other"])).err).toContain("already in use")
      expect((yield* gantry("rename", ["site", "site"])).status).toBe(125)
      expect((yield* gantry("rename", ["site", "a/b"])).status).toBe(125)
    }).pipe(Effect.provide(engine))
  )
})

describe("gantry port", () => {
  it.scoped("shows where each port is published, or one port, or that it is not", () =>
    Effect.gen(function* () {
      yield* sleeper("web", "-p", "127.0.0.1:9080:80", "-p", "9081:81/udp", "-p", "9081:81")
      expect((yield* gantry("port", ["web"])).out.split("\n")).toEqual([
        "80/tcp -> 127.0.0.1:9080",
        "81/tcp -> 0.0.0.0:9081",
        "81/tcp -> [::]:9081",
        "81/udp -> 0.0.0.0:9081",
        "81/udp -> [::]:9081",
        ""
      ])
      expect((yield* gantry("port", ["web", "80/tcp"])).out).toBe("127.0.0.1:9080\n")
      expect(yield* gantry("port", ["web", "82"])).toMatchObject({ status: 1, out: "" })
      expect(yield* gantry("port", ["web", "http"])).toMatchObject({
        status: 1,
        err: expect.stringContaining("is no port") as string
      })
    }).pipe(Effect.provide(engine))
  )
})

describe("gantry top and stats", () => {
  it.scoped("show the processes of a running container, and how many there are", () =>
    Effect.gen(function* () {
      yield* sleeper("web")
      const { out } = yield* gantry("top", ["web"])
      expect(out.split("\n")[0]).toMatch(/^UID +PID +PPID +C +STIME +TTY +TIME +CMD$/)
      expect(out.split("\n")[1]).toMatch(/^root +1 +0 .*sleep 60$/)
      yield* gantry("create", ["--name", "idle", "box"])
      expect((yield* gantry("top", ["idle"])).err).toContain("container is not running")
    }).pipe(Effect.provide(engine))
  )

  it.live("show what is not counted as such", () =>
    Effect.gen(function* () {
      yield* sleeper("web")
      const { out } = yield* gantry("stats", [
        "--no-stream",
        "--format",
        "{{.Name}} {{.CPUPerc}} {{.MemUsage}} {{.PIDs}}"
      ])
      expect(out).toBe("web -- -- / -- 1\n")
      yield* gantry("stop", ["web"])
      expect((yield* gantry("stats", ["--no-stream", "--format", "{{.Name}}"])).out).toBe("")
      expect((yield* gantry("stats", ["--no-stream", "-a", "--format", "{{.Name}}"])).out).toBe("web\n")
    }).pipe(Effect.scoped, Effect.provide(engine))
  )
})

describe("gantry diff", () => {
  it.scoped("shows what was added, changed and removed, and the directories in which it was", () =>
    Effect.gen(function* () {
      yield* build("box")
      yield* gantry("run", ["--name", "web", "box", "sh", "-c", "echo x > /new; rm /greeting"])
      expect((yield* gantry("diff", ["web"])).out).toBe("D /greeting\nA /new\n")
      yield* gantry("create", ["--name", "idle", "box"])
      expect(yield* gantry("diff", ["idle"])).toEqual({ status: 0, out: "", err: "" })
      expect((yield* gantry("diff", ["nope"])).status).toBe(1)
    }).pipe(Effect.provide(engine))
  )
})

describe("gantry update", () => {
  it.scoped("changes limits and the restart policy for the next start, and refuses to change nothing", () =>
    Effect.gen(function* () {
      yield* sleeper("web", "-m", "64m")
      expect((yield* gantry("update", ["--cpus", "1.5", "--restart", "always", "web"])).out).toBe("web\n")
      const { out } = yield* gantry("inspect", [
        "-f",
        "{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} {{.HostConfig.RestartPolicy.Name}}",
        "web"
      ])
      expect(out).toBe("67108864 1500000000 always\n")
      expect(yield* gantry("update", ["web"])).toMatchObject({ status: 1, out: "" })
      expect((yield* gantry("update", ["-m", "64m", "nope"])).status).toBe(1)
      yield* gantry("create", ["--rm", "--name", "gone", "box"])
      expect((yield* gantry("update", ["--restart", "always", "gone"])).status).toBe(1)
    }).pipe(Effect.provide(engine))
  )
})

describe("filters of gantry ps", () => {
  it.scoped("are refused for what no container can be, also where there is none", () =>
    Effect.gen(function* () {
      for (const filter of [
        "status=bogus",
        "health=fine",
        "exited=one",
        "publish=eighty",
        "expose=1/icmp",
        "name=(",
        "before=nobody",
        "color=red"
      ]) {
        const { err, out, status } = yield* gantry("ps", ["--filter", filter])
        expect({ filter, out, status, said: err !== "" }).toEqual({ filter, out: "", status: 1, said: true })
      }
      expect(yield* gantry("ps", ["-q", "-f", "status=exited", "-f", "name=^/a-b$"])).toEqual({
        status: 0,
        out: "",
        err: ""
      })
      expect((yield* gantry("builderDu", ["--filter", "bogus"])).status).toBe(125)
    }).pipe(Effect.provide(engine))
  )

  it.scoped("take a number for what it is, however it is written", () =>
    Effect.gen(function* () {
      yield* build("box")
      yield* gantry("run", ["--name", "three", "box", "sh", "-c", "exit 3"])
      for (const three of ["3", "+3", "03"]) {
        expect((yield* gantry("ps", ["-f", `exited=${three}`, "--format", "{{.Names}}"])).out).toBe("three\n")
      }
    }).pipe(Effect.provide(engine))
  )
})
