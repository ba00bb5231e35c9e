import { Deferred, Effect, Fiber, Option } from "effect"
import { describe, expect, it } from "vitest"
import { ofBytes } from "@gantry/core/image/Digest"
import { baseOf, build, contextOf, type Files, keysOf, machine } from "./memory-build.ts"

const app = `FROM alpine AS build
ARG VERSION=1
WORKDIR /src
COPY src .
RUN make
FROM alpine
ENV A=1
COPY --from=build /src/out /app
CMD ["/app"]
`
const files: Files = { "src/a.c": "int main;", "src/b.c": "int b;", "README": "read me" }
const run = Effect.runPromise
const causeOf = (result: { readonly steps: ReadonlyArray<{ readonly cause?: string }> }) =>
  result.steps.find(({ cause }) => cause !== undefined)?.cause

describe("a build", () => {
  it("runs every step once and then takes all from the cache, the same image byte for byte", async () => {
    const on = machine()
    const first = await run(build(on, app, { files }))
    expect(first.ran).toEqual([
      "WORKDIR /src",
      "COPY src .",
      "RUN make",
      "ENV A=1",
      "COPY --from=build /src/out /app",
      'CMD ["/app"]'
    ])
    const requests = on.runs.length + on.copies.length + on.workdirs.length
    const second = await run(build(on, app, { files }))
    expect(second.ran).toEqual([])
    expect(on.runs.length + on.copies.length + on.workdirs.length).toBe(requests)
    expect(JSON.stringify(second.config)).toBe(JSON.stringify(first.config))
  })

  it("describes itself in the image as BuildKit does", async () => {
    const { config, stack } = await run(build(machine(), app, { files, target: "build", epoch: 86_400 }))
    expect(config).toEqual({
      created: "1970-01-02T00:00:00.000Z",
      architecture: "amd64",
      os: "linux",
      config: { Cmd: ["/bin/sh"], WorkingDir: "/src", Env: ["PATH=/bin"] },
      rootfs: { type: "layers", diff_ids: stack },
      history: [
        { created: "2020-01-01T00:00:00Z", created_by: "the making of alpine" },
        { created: "2020-01-01T00:00:00Z", created_by: "ARG VERSION=1", empty_layer: true },
        { created: "1970-01-02T00:00:00.000Z", created_by: "WORKDIR /src" },
        { created: "1970-01-02T00:00:00.000Z", created_by: "COPY src . # buildkit" },
        { created: "1970-01-02T00:00:00.000Z", created_by: "RUN |1 VERSION=1 /bin/sh -c make # buildkit" }
      ]
    })
    expect(config.rootfs.diff_ids).toHaveLength(4)
  })

  it("with everything cached asks the cache once a step, and writes to it once", async () => {
    const on = machine()
    const text = `FROM alpine\n${Array.from({ length: 30 }, (_, index) => `RUN step ${index}\n`).join("")}`
    await run(build(on, text))
    Object.assign(on.count, { get: 0, put: 0, touch: 0 })
    const again = await run(build(on, text))
    expect(again.ran).toEqual([])
    expect(on.count).toEqual({ get: 30, put: 0, touch: 1 })
  })

  it("makes no layer for a step that changed nothing", async () => {
    const { config } = await run(build(machine(), "FROM scratch\nCOPY README /\nRUN [\"true\"]\n", { files }))
    expect(config.rootfs.diff_ids).toHaveLength(1)
    expect(config.history.map(({ empty_layer }) => empty_layer)).toEqual([undefined, true])
    expect(config.config).toEqual({
      WorkingDir: "/",
      Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
    })
  })

  it("of a FROM alone is the base itself", async () => {
    const { config, stack } = await run(build(machine(), "FROM alpine\n"))
    expect(config).toEqual(baseOf("alpine", { Env: ["PATH=/bin"], Cmd: ["/bin/sh"] }).config)
    expect(stack).toEqual(config.rootfs.diff_ids)
  })
})

describe("after a change", () => {
  const rebuilt = async (change: { text?: string; files?: Files; buildArgs?: ReadonlyMap<string, string> }) => {
    const on = machine()
    await run(build(on, app, { files }))
    return run(build(on, change.text ?? app, { files: change.files ?? files, ...(change.buildArgs && { buildArgs: change.buildArgs }) }))
  }

  it("of a copied file, that copy runs and what follows it, in other stages too", async () => {
    const result = await rebuilt({ files: { ...files, "src/a.c": "int main = 1;" } })
    expect(result.ran).toEqual(["COPY src .", "RUN make", "COPY --from=build /src/out /app", 'CMD ["/app"]'])
    expect(causeOf(result)).toMatch(/^src\/a\.c: content [0-9a-f]{12} → [0-9a-f]{12}$/)
    expect(result.steps.find(({ step }) => step.text === "RUN make")?.cause).toBe("it follows step 4, COPY src .")
    expect(result.steps.find(({ step }) => step.text.startsWith("COPY --from"))?.cause).toBe("stage build was built again")
  })

  it("of a file's mode, the copy runs and says so", async () => {
    const result = await rebuilt({ files: { ...files, "src/a.c": { text: "int main;", mode: 0o755 } } })
    expect(causeOf(result)).toBe("src/a.c: mode 0644 → 0755")
  })

  it("of what no step reads, nothing runs", async () => {
    const text = `# a remark\n${app.replaceAll("build", "BUILD").replace("RUN make", "\nRUN make")}`
    const result = await rebuilt({ text, files: { ...files, README: "read me again", other: "" } })
    expect(result.ran).toEqual([])
  })

  it("of an ARG, nothing runs before the first RUN that can see it", async () => {
    const result = await rebuilt({ buildArgs: new Map([["VERSION", "2"]]) })
    expect(result.ran).toEqual(["RUN make", "COPY --from=build /src/out /app", 'CMD ["/app"]'])
    expect(causeOf(result)).toBe("ARG VERSION: 1 → 2")
  })

  it("of a setting, all after it run", async () => {
    const result = await rebuilt({ text: app.replace("ENV A=1", "ENV A=2") })
    expect(result.ran).toEqual(["ENV A=2", "COPY --from=build /src/out /app", 'CMD ["/app"]'])
  })

  it("of the base, all runs, and the two images are named", async () => {
    const on = machine()
    const first = await run(build(on, "FROM alpine\nRUN make\n"))
    on.images.set("alpine", { Env: ["PATH=/usr/bin"] })
    const second = await run(build(on, "FROM alpine\nRUN make\n"))
    expect(keysOf(second)).not.toEqual(keysOf(first))
    expect(causeOf(second)).toMatch(/^base: [0-9a-f]{12} → [0-9a-f]{12}; ENV PATH: \/bin → \/usr\/bin$/)
  })
})

describe("the cache", () => {
  it("is written and not read when it is not to be used, and its results do not mix with earlier ones", async () => {
    const on = machine()
    let breath = 0
    const text = "FROM alpine\nRUN date\nRUN after\n"
    const dated = (request: { argv: ReadonlyArray<string> }) => [...request.argv, `${breath}`]
    on.beforeRun = (request) => Effect.sync(() => Object.assign(request, { argv: dated(request) }))
    await run(build(on, text))
    breath++
    const second = await run(build(on, text, { noCache: "all" }))
    expect(second.ran).toEqual(["RUN date", "RUN after"])
    expect(causeOf(second)).toBe("the cache is not to be used")
    expect((await run(build(on, text))).config).toEqual(second.config)
    // Killed between the two records: the first is new, the second still that of the old layer.
    breath++
    on.broken.add("after")
    await run(Effect.flip(build(on, text, { noCache: "all" })))
    on.broken.clear()
    const last = await run(build(on, text))
    expect(last.ran).toEqual(["RUN after"])
    expect(causeOf(last)).toBe("an earlier step was run again")
  })

  it("is left alone in single stages by name", async () => {
    const on = machine()
    await run(build(on, app, { files }))
    const result = await run(build(on, app, { files, noCache: ["Build"] }))
    expect(result.ran).toEqual(["WORKDIR /src", "COPY src .", "RUN make", "COPY --from=build /src/out /app", 'CMD ["/app"]'])
  })

  it("does not fool anyone with a foreign record under the right key", async () => {
    const on = machine()
    const first = await run(build(on, "FROM alpine\nRUN make\n"))
    const [key] = keysOf(first).filter((each) => each !== undefined)
    const [record] = on.records.values()
    on.records.set(record!.key, { ...record!, facts: "l15:gantry.record.1e", layer: ofBytes("poison") })
    const second = await run(build(on, "FROM alpine\nRUN make\n"))
    expect(key).toBe(record!.key)
    expect(second.ran).toEqual(["RUN make"])
    expect(second.stack).toEqual(first.stack)
  })

  it("gets no record of a copy whose files changed meanwhile, nor of what stands on it", async () => {
    const on = machine()
    const context = { ...contextOf(files), unchanged: () => false }
    await run(build(on, "FROM alpine\nENV A=1\nCOPY src /src/\nRUN make\n", { context }))
    expect([...on.records.values()].map(({ layer }) => layer)).toEqual([null])
  })

  it("can be demanded: the first miss fails the build before anything runs", async () => {
    const on = machine()
    await run(build(on, app, { files }))
    const before = on.runs.length + on.copies.length
    const text = app.replace("make", "make all")
    const failure = await run(Effect.flip(build(on, text, { files, requireCached: true })))
    expect(failure).toMatchObject({
      _tag: "BuildFailed",
      why: 'it is not cached: argv: "/bin/sh -c make" → "/bin/sh -c make all"'
    })
    expect(on.runs.length + on.copies.length).toBe(before)
    expect((await run(build(on, app, { files, requireCached: true }))).ran).toEqual([])
  })
})

describe("stages", () => {
  it("that nothing needs are not built", async () => {
    const on = machine()
    await run(build(on, "FROM alpine AS unused\nRUN never\nFROM alpine\nRUN once\n"))
    expect(on.runs.map(({ argv }) => argv.at(-1))).toEqual(["once"])
  })

  it("that are independent run side by side, up to the limit", async () => {
    const on = machine()
    const both = await run(Deferred.make<void>())
    let waiting = 0
    // Ends only if the two commands are there at the same time.
    on.beforeRun = ({ argv }) =>
      argv.at(-1) === "last"
        ? Effect.void
        : Effect.suspend(() => (++waiting === 2 ? Deferred.succeed(both, undefined) : Effect.void)).pipe(
            Effect.zipRight(Deferred.await(both))
          )
    const text = "FROM alpine AS a\nRUN a\nFROM alpine AS b\nRUN b\nFROM alpine\nCOPY --from=a / /a/\nCOPY --from=b / /b/\nRUN last\n"
    await run(build(on, text, { jobs: 2 }))
    expect(on.runs.map(({ argv }) => argv.at(-1)).toSorted()).toEqual(["a", "b", "last"])
  })

  it("that begin alike do the common steps once", async () => {
    const on = machine()
    const text = "FROM alpine AS a\nRUN same\nRUN a\nFROM alpine\nRUN same\nCOPY --from=a / /a/\n"
    const result = await run(build(on, text))
    expect(on.runs.map(({ argv }) => argv.at(-1)).toSorted()).toEqual(["a", "same"])
    expect(result.steps.filter(({ step }) => step.text === "RUN same").map(({ how }) => how).toSorted()).toEqual(["ran", "shared"])
  })

  it("on another stage go on with its settings and ARGs", async () => {
    const on = machine()
    await run(build(on, "FROM alpine AS a\nARG X=1\nENV Y=2\nUSER bob\nFROM a\nRUN see\n"))
    expect(on.runs[0]).toMatchObject({ env: ["PATH=/bin", "X=1", "Y=2"], user: "bob", cwd: "/" })
  })

  it("run the ONBUILD triggers of their base once, and do not hand them on", async () => {
    const on = machine()
    on.images.set("parent", { OnBuild: ["COPY src /src/", "RUN make"] })
    const result = await run(build(on, "FROM parent\nRUN own\n", { files }))
    expect(result.ran).toEqual(["COPY src /src/", "RUN make", "RUN own"])
    expect(result.config.config.OnBuild).toBeUndefined()
    const child = await run(build(on, "FROM parent AS a\nFROM a\nRUN own\n", { files }))
    expect(child.ran).toEqual([])
  })

  it("build what only a trigger asks for", async () => {
    const on = machine()
    on.images.set("parent", { OnBuild: ["COPY --from=tools /t /t"] })
    const result = await run(build(on, "FROM alpine AS tools\nRUN tools\nFROM parent\n"))
    expect(result.stack).toHaveLength(2)
    expect(on.runs).toHaveLength(1)
  })
})

describe("a build that fails", () => {
  it("names the step, keeps the status, and leaves what was done before in the cache", async () => {
    const on = machine()
    on.broken.add("two")
    const text = "FROM alpine\nRUN one\nRUN two\n"
    const failure = await run(Effect.flip(build(on, text)))
    expect(failure).toMatchObject({ _tag: "BuildFailed", exitCode: 3, step: { number: 3, total: 3, text: "RUN two" } })
    on.broken.clear()
    expect((await run(build(on, text))).ran).toEqual(["RUN two"])
  })

  it.each([
    ["FROM nowhere\nRUN a\n", "nowhere: there is no such image"],
    ["FROM alpine\nCOPY --from=nowhere /a /b\n", "nowhere: there is no such image"],
    ["FROM alpine\nCOPY src/missing.c /\n", "src/missing.c is not in the build context"],
    ["FROM alpine\nCOPY src/* /one\n", "several files are copied, so the destination /one must end with a slash"],
    ["FROM alpine\nENV D=\nCOPY src $D\n", "the destination is empty"],
    ["FROM alpine\nENV P=x\nEXPOSE $P\n", '"x" is not a port'],
    ["FROM alpine\nENV U=https://example.org/x\nADD $U /x\n", "not supported yet: ADD of https://example.org/x"]
  ])("says why: %j", async (text, why) => {
    expect(await run(Effect.flip(build(machine(), text, { files })))).toMatchObject({ _tag: "BuildFailed", why })
  })

  it("in one stage stops the others", async () => {
    const on = machine()
    const started = await run(Deferred.make<void>())
    let interrupted = false
    on.broken.add("bad")
    on.beforeRun = ({ argv }) =>
      argv.at(-1) === "slow"
        ? Deferred.succeed(started, undefined).pipe(
            Effect.zipRight(Effect.never),
            Effect.onInterrupt(() => Effect.sync(() => void (interrupted = true)))
          )
        : Deferred.await(started)
    const text = "FROM alpine AS a\nRUN slow\nFROM alpine\nRUN bad\nCOPY --from=a / /a/\n"
    const fiber = Effect.runFork(Effect.flip(build(on, text)))
    expect(await run(Fiber.join(fiber))).toMatchObject({ _tag: "BuildFailed", step: { text: "RUN bad" } })
    expect(interrupted).toBe(true)
  })
})

describe("events", () => {
  it("tell of every step in the order of its stage", async () => {
    const on = machine()
    const text = "FROM alpine\nENV A=1\nRUN one\nRUN $missing\nLABEL a=$missing\n"
    const first = await run(build(on, text))
    expect(first.events.map((event) => ("step" in event ? `${event.type} ${event.step.number}/${event.step.total}` : event.type))).toEqual([
      "planned",
      "based 1/5",
      "applied 2/5",
      "started 3/5",
      "done 3/5",
      "started 4/5",
      "done 4/5",
      "warning",
      "applied 5/5"
    ])
    const second = await run(build(on, text))
    expect(second.events.map(({ type }) => type)).toEqual(["planned", "based", "applied", "cached", "cached", "warning", "applied"])
    expect(Option.fromNullable(second.events.find(({ type }) => type === "warning"))).toMatchObject({
      value: { diagnostic: { code: "undefined-variable", message: "the variable missing has no value" } }
    })
  })
})
