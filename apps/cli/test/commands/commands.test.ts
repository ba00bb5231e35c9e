import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { LayerStore, type LayerStoreShape } from "@gantry/core/store/LayerStore"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { names } from "../../src/argv/tables/names.ts"
import { load, loaders } from "../../src/commands/load.ts"
import { engine, gantry, linesOf, scratch } from "./bench.ts"
import { build, dockerfile } from "./box.ts"

describe("gantry build", () => {
  it.scoped("prints the ID alone when it is to be quiet, and writes it where it was asked to", () =>
    Effect.gen(function* () {
      const context = yield* scratch
      writeFileSync(join(context, "Dockerfile"), dockerfile)
      const { out } = yield* gantry("build", ["-q", "--iidfile", join(context, "iid"), "."], { cwd: context })
      expect(out).toMatch(/^sha256:[0-9a-f]{64}\n$/)
      expect(readFileSync(join(context, "iid"), "utf8")).toBe(out.trim())
    }).pipe(Effect.provide(engine))
  )

  it.scoped("takes a Containerfile where there is no Dockerfile", () =>
    Effect.gen(function* () {
      const context = yield* scratch
      writeFileSync(join(context, "Containerfile"), dockerfile)
      expect((yield* gantry("build", ["-q", context])).status).toBe(0)
    }).pipe(Effect.provide(engine))
  )

  it.scoped("is nothing but JSON for programs, also of warnings of the engine and of mistakes of ours", () =>
    Effect.gen(function* () {
      const context = yield* scratch
      writeFileSync(join(context, "Dockerfile"), dockerfile)
      const layers = yield* LayerStore
      const broken: LayerStoreShape = {
        ...layers,
        prepare: () => Effect.zipRight(Effect.logWarning("it creaks"), Effect.dieMessage("it breaks"))
      }
      const { err, status } = yield* Effect.provideService(
        gantry("build", ["--progress", "rawjson", context]),
        LayerStore,
        broken
      )
      const lines = linesOf(err).map((line): unknown => JSON.parse(line))
      expect(lines).toContainEqual(expect.objectContaining({ type: "note", text: "warning: it creaks" }))
      expect(lines.at(-1)).toMatchObject({ type: "error", what: expect.stringMatching(/internal error: .*it breaks/) })
      expect(status).toBe(125)
    }).pipe(Effect.provide(engine))
  )

  it.scoped("refuses limits with which no container begins, before it builds", () =>
    Effect.gen(function* () {
      const refused = (...options: ReadonlyArray<string>) => gantry("build", [...options, "/tmp"])
      expect(yield* refused("-m", "3")).toMatchObject({
        status: 125,
        err: expect.stringContaining("Minimum memory limit allowed is 6MB")
      })
      const { err, status } = yield* refused("--cpuset-cpus", "0,8191")
      expect(err).toContain("Requested CPUs are not available - requested 0,8191, available: ")
      expect(status).toBe(125)
    }).pipe(Effect.provide(engine))
  )

  it.scoped("says what is wrong with the context before it does anything", () =>
    Effect.gen(function* () {
      expect(yield* gantry("build", ["/nowhere/at/all"])).toMatchObject({ status: 1, out: "" })
      expect((yield* gantry("build", ["/etc/hostname"])).err).toContain("is not a directory")
      expect((yield* gantry("build", [yield* scratch])).err).toContain("there is no such file")
      expect((yield* gantry("build", ["-t", "Upper", "."])).err).toContain("lowercase")
    }).pipe(Effect.provide(engine))
  )
})

describe("gantry create", () => {
  it.scoped("prints the whole ID, and writes it into the file that was asked for", () =>
    Effect.gen(function* () {
      yield* build("box")
      const file = join(yield* scratch, "cid")
      const { out } = yield* gantry("create", ["--name", "web", "--cidfile", file, "box"])
      expect(out).toMatch(/^[0-9a-f]{64}\n$/)
      expect(readFileSync(file, "utf8")).toBe(out.trim())
    }).pipe(Effect.provide(engine))
  )

  it.scoped("touches no file that is there, and leaves none behind when it fails", () =>
    Effect.gen(function* () {
      yield* build("box")
      const file = join(yield* scratch, "cid")
      expect((yield* gantry("create", ["--cidfile", file, "nope"])).status).toBe(125)
      expect(existsSync(file)).toBe(false)
      writeFileSync(file, "mine")
      const refused = yield* gantry("create", ["--name", "web", "--cidfile", file, "box"])
      expect(refused).toMatchObject({ status: 125, out: "" })
      expect(readFileSync(file, "utf8")).toBe("mine")
      expect((yield* gantry("ps", ["-aq"])).out).toBe("")
    }).pipe(Effect.provide(engine))
  )

  it.scoped("names the option whose value cannot be read", () =>
    Effect.gen(function* () {
      yield* build("box")
      for (const [option, value] of [
        ["--memory", "lots"],
        ["--publish", "80:"],
        ["--volume", "relative:also"],
        ["--platform", "a/b/c/d"],
        ["--env-file", "/nowhere"]
      ] as const) {
        const { err, status } = yield* gantry("create", [option, value, "box"])
        expect(`${status} ${err}`).toContain(option)
        expect(status).toBe(125)
      }
    }).pipe(Effect.provide(engine))
  )

  it.scoped("says which name is taken, and by whom", () =>
    Effect.gen(function* () {
      yield* build("box")
      const { out } = yield* gantry("create", ["--name", "web", "box"])
      expect((yield* gantry("create", ["--name", "web", "box"])).err).toContain(out.trim())
    }).pipe(Effect.provide(engine))
  )
})

describe("commands of several names", () => {
  it.scoped("go on after one that fails, and end with 1", () =>
    Effect.gen(function* () {
      yield* build("box")
      yield* gantry("create", ["--name", "one", "box"])
      yield* gantry("create", ["--name", "two", "box"])
      const { err, out, status } = yield* gantry("rm", ["one", "nope", "two"])
      expect({ out, status }).toEqual({ out: "one\ntwo\n", status: 1 })
      expect(err).toContain("No such container: nope")
      expect((yield* gantry("ps", ["-aq"])).out).toBe("")
    }).pipe(Effect.provide(engine))
  )

  it.scoped("do not mind with rm --force that there is nothing", () =>
    Effect.gen(function* () {
      expect(yield* gantry("rm", ["-f", "nope"])).toMatchObject({ status: 0, out: "" })
    }).pipe(Effect.provide(engine))
  )

  it.scoped("start, stop and wait by name, and print each", () =>
    Effect.gen(function* () {
      yield* build("box")
      yield* gantry("create", ["--name", "one", "box", "sleep", "1"])
      expect((yield* gantry("start", ["one"])).out).toBe("one\n")
      expect((yield* gantry("start", ["one"])).out).toBe("one\n")
      expect((yield* gantry("stop", ["one"])).out).toBe("one\n")
      expect((yield* gantry("wait", ["one"])).out).toBe("143\n")
      expect((yield* gantry("kill", ["one"])).status).toBe(1)
    }).pipe(Effect.provide(engine))
  )
})

describe("gantry images, history, tag and rmi", () => {
  it.scoped("list one row a name, and IDs alone when asked", () =>
    Effect.gen(function* () {
      const id = yield* build("box:1", "box:2")
      const rows = linesOf((yield* gantry("images", [])).out)
      expect(rows.map((row) => row.split(/\s+/).slice(0, 3).join(" "))).toEqual([
        "REPOSITORY TAG IMAGE",
        `box 1 ${id.slice(7, 19)}`,
        `box 2 ${id.slice(7, 19)}`
      ])
      expect(linesOf((yield* gantry("images", ["-q", "--no-trunc", "box:1"])).out)).toEqual([id])
      expect((yield* gantry("images", ["other"])).out).not.toContain("box")
      expect(linesOf((yield* gantry("images", ["-q", "-f", "label=kind=test"])).out)).not.toEqual([])
      expect(linesOf((yield* gantry("images", ["-q", "-f", "label=kind=other"])).out)).toEqual([])
      expect((yield* gantry("images", ["-f", "nope=1"])).status).toBe(1)
    }).pipe(Effect.provide(engine))
  )

  it.scoped("show one row of history an instruction, the last first", () =>
    Effect.gen(function* () {
      yield* build("box")
      const rows = linesOf(
        (yield* gantry("history", ["--no-trunc", "--format", "{{.CreatedBy}}|{{.Size}}", "box"])).out
      )
      expect(rows).toHaveLength(4)
      for (const [at, word] of ["CMD", "EXPOSE", "RUN", "LABEL"].entries()) expect(rows[at]).toContain(word)
      expect(rows.filter((row) => !row.endsWith("|0B"))).toHaveLength(1)
    }).pipe(Effect.provide(engine))
  )

  it.scoped("give and take names", () =>
    Effect.gen(function* () {
      const id = yield* build("box")
      expect(yield* gantry("tag", ["box", "other:2"])).toEqual({ status: 0, out: "", err: "" })
      expect((yield* gantry("tag", ["nope", "x"])).status).toBe(1)
      expect((yield* gantry("rmi", ["box"])).out).toBe("Untagged: box:latest\n")
      expect((yield* gantry("rmi", ["other:2"])).out).toBe(`Untagged: other:2\nDeleted: ${id}\n`)
      expect((yield* gantry("rmi", ["other:2"])).err).toContain("no such image: other:2")
    }).pipe(Effect.provide(engine))
  )
})

describe("loaders", () => {
  it("belong to commands that there are, and give one that can be run", async () => {
    for (const name of Object.keys(loaders)) expect(Object.keys(names)).toContain(name)
    for (const name of Object.keys(loaders) as ReadonlyArray<keyof typeof loaders>) {
      const definition = await load(name)
      expect(definition?.command.summary).not.toBe("")
      expect(definition?.failed).toBeGreaterThan(0)
    }
  })
})
