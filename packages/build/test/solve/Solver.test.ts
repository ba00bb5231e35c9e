import { Deferred, Effect, Fiber, Option } from "effect"
import { describe, expect, it } from "vitest"
import { ofBytes } from "@gantry/core/image/Digest"
import { describeCause } from "../../src/key/describe-cause.ts"
import type { StepReport } from "../../src/solve/BuildResult.ts"
import { baseOf, build, contextOf, type Files, keysOf, machine, planned } from "./memory-build.ts"

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
const files: Files = { "src/a.c": "int main;", "src/b.c": "int b;", README: "read me" }
const run = Effect.runPromise
const sentence = (report: StepReport | undefined) =>
  report?.cause === undefined ? undefined : describeCause(report.cause, report.step.stageName)
const causeOf = (result: { readonly steps: ReadonlyArray<StepReport> }) =>
  sentence(result.steps.find(({ cause }) => cause !== undefined))

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
    Object.assign(on.count, { get: 0, put: 0, use: 0 })
    const again = await run(build(on, text))
    expect(again.ran).toEqual([])
    expect(on.count).toEqual({ get: 30, put: 0, use: 1 })
  })

  it.each([
    ["linux/arm64", { os: "linux", architecture: "arm64" }],
    ["linux/arm64/v9", { os: "linux", architecture: "arm64", variant: "v9" }],
    ["linux/arm", { os: "linux", architecture: "arm", variant: "v7" }]
  ])("says of an image from nothing for %s what other builders say", async (asked, said) => {
    const { config } = await run(build(machine(), `FROM --platform=${asked} scratch\nCOPY README /\n`, { files }))
    const { architecture, os, variant } = config
    expect({ os, architecture, ...(variant === undefined ? {} : { variant }) }).toEqual(said)
  })

  it("makes no layer for a step that changed nothing", async () => {
    const { config } = await run(build(machine(), 'FROM scratch\nCOPY README /\nRUN ["true"]\n', { files }))
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
    return run(
      build(on, change.text ?? app, {
        files: change.files ?? files,
        ...(change.buildArgs && { buildArgs: change.buildArgs })
      })
    )
  }

  it("of a copied file, that copy runs and what follows it, in other stages too", async () => {
    const result = await rebuilt({ files: { ...files, "src/a.c": "int main = 1;" } })
    expect(result.ran).toEqual(["COPY src .", "RUN make", "COPY --from=build /src/out /app", 'CMD ["/app"]'])
    expect(causeOf(result)).toMatch(/^src\/a\.c: content [0-9a-f]{12} → [0-9a-f]{12}$/)
    expect(sentence(result.steps.find(({ step }) => step.text === "RUN make"))).toBe("it follows step 4, COPY src .")
    expect(sentence(result.steps.find(({ step }) => step.text.startsWith("COPY --from")))).toBe(
      "it follows step 4 of stage build, COPY src ."
    )
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
    expect(result.ran).toEqual([
      "WORKDIR /src",
      "COPY src .",
      "RUN make",
      "COPY --from=build /src/out /app",
      'CMD ["/app"]'
    ])
  })

  it("does not fool anyone with a foreign record under the right key", async () => {
    const on = machine()
    const first = await run(build(on, "FROM alpine\nRUN make\n"))
    const key = keysOf(first).find((each) => each !== undefined)
    const [record] = await run(on.cache.list)
    await run(on.cache.put([{ ...record!, facts: "l15:gantry.record.2e", layer: ofBytes("poison") }]))
    const second = await run(build(on, "FROM alpine\nRUN make\n"))
    expect(key).toBe(record!.key)
    expect(second.ran).toEqual(["RUN make"])
    expect(second.stack).toEqual(first.stack)
  })

  it("gets no record of a copy whose files changed meanwhile, nor of what stands on it", async () => {
    const on = machine()
    const context = { ...contextOf(files), unchanged: () => false }
    await run(build(on, "FROM alpine\nENV A=1\nCOPY src /src/\nRUN make\n", { context }))
    expect((await run(on.cache.list)).map(({ layer }) => layer)).toEqual([null])
  })

  it("says what became of a result, and makes it again", async () => {
    const on = machine()
    const text = "FROM alpine\nRUN one\nRUN two\n"
    await run(build(on, text))
    const [one] = await run(on.cache.list)
    await run(on.cache.evict(one!.key, { at: Date.now() - 2 * 86_400_000, rule: "max-used-space", bytes: 12_000_000 }))
    const evicted = await run(build(on, text))
    expect(evicted.ran).toEqual(["RUN one", "RUN two"])
    expect(evicted.steps[1]?.cause).toMatchObject({ kind: "evicted", rule: "max-used-space", bytes: 12_000_000 })
    expect(causeOf(evicted)).toBe("its earlier result was evicted 2 days ago by max-used-space (12MB)")
    const [made] = await run(on.cache.list)
    on.lost.add(made!.layer!)
    expect(causeOf(await run(build(on, text)))).toBe("its earlier result is no longer in the store")
    on.lost.clear()
    expect((await run(build(on, text))).ran).toEqual([])
  })

  it("has results that are too old for a limit, and says how old they are", async () => {
    const on = machine()
    const text = "FROM alpine\nRUN one\nRUN two\n"
    await run(build(on, text))
    for (const { key } of await run(on.cache.list)) {
      const { record } = Option.getOrThrow(await run(on.cache.trace(key)))
      await run(on.cache.put([{ ...record, createdAt: Date.now() - 3 * 3_600_000 }]))
    }
    expect((await run(build(on, text, { ttlMs: 4 * 3_600_000 }))).ran).toEqual([])
    const again = await run(build(on, text, { ttlMs: 2 * 3_600_000 }))
    expect(again.ran).toEqual(["RUN one", "RUN two"])
    expect(causeOf(again)).toBe("its earlier result is 3 hours old, and the limit is 2 hours")
    expect((await run(build(on, text, { ttlMs: 2 * 3_600_000 }))).ran).toEqual([])
    expect((await run(build(on, text, { ttlMs: 0 }))).ran).toEqual(["RUN one", "RUN two"])
  })

  it("tells an instruction that was added, taken away or exchanged", async () => {
    const on = machine()
    const text = "FROM alpine\nRUN one\nRUN two\nRUN three\n"
    const after = async (now: string) => {
      await run(build(on, text, { noCache: "all" }))
      const { ran, ...result } = await run(build(on, now))
      return [ran.length, causeOf(result)]
    }
    expect(await after(text.replace("RUN two", "RUN new\nRUN two"))).toEqual([3, 'it was added above "RUN two"'])
    expect(await after(`${text}RUN last\n`)).toEqual([1, "it is new at the end, or did not succeed before"])
    expect(await after(text.replace("RUN two\n", ""))).toEqual([1, '"RUN two" before it was removed'])
    expect(await after(text.replace("RUN two", "RUN 2"))).toEqual([2, 'instruction: "RUN two" → "RUN 2"'])
  })

  it("can be demanded: the first miss fails the build before anything runs", async () => {
    const on = machine()
    await run(build(on, app, { files }))
    const before = on.runs.length + on.copies.length
    const text = app.replace("make", "make all")
    const failure = await run(Effect.flip(build(on, text, { files, requireCached: true })))
    expect(failure).toMatchObject({
      _tag: "NotCached",
      message: '[build 5/5] RUN make all is not cached: instruction: "RUN make" → "RUN make all"'
    })
    expect(on.runs.length + on.copies.length).toBe(before)
    expect((await run(build(on, app, { files, requireCached: true }))).ran).toEqual([])
  })
})

describe("two builds at once", () => {
  it("do a step that both want once, and what one has begun the other finds", async () => {
    const on = machine()
    const begun = await run(Deferred.make<void>())
    const goOn = await run(Deferred.make<void>())
    on.beforeRun = ({ argv }) =>
      argv.at(-1) === "one" ? Effect.zipRight(Deferred.succeed(begun, undefined), Deferred.await(goOn)) : Effect.void
    const text = "FROM alpine\nENV A=1\nRUN one\nRUN two\n"
    const first = Effect.runFork(build(on, text))
    await run(Deferred.await(begun))
    const second = Effect.runFork(build(on, text))
    // The first asks for ENV, and for RUN once nobody else can make it; the third question is of the second.
    await until(() => on.count.get > 2)
    await run(Deferred.succeed(goOn, undefined))
    const results = [await run(Fiber.join(first)), await run(Fiber.join(second))]
    expect(on.runs.map(({ argv }) => argv.at(-1))).toEqual(["one", "two"])
    expect(results[1]?.stack).toEqual(results[0]?.stack)
  })

  it("go on when the one that had a step is interrupted", async () => {
    const on = machine()
    const begun = await run(Deferred.make<void>())
    on.beforeRun = () =>
      on.runs.length === 1 ? Effect.zipRight(Deferred.succeed(begun, undefined), Effect.never) : Effect.void
    const text = "FROM alpine\nRUN one\n"
    const first = Effect.runFork(build(on, text))
    await run(Deferred.await(begun))
    const second = Effect.runFork(build(on, text))
    await until(() => on.count.get >= 2)
    await run(Fiber.interrupt(first))
    expect((await run(Fiber.join(second))).ran).toEqual(["RUN one"])
  })

  it("want two steps in different order and do not wait for each other", async () => {
    const on = machine()
    const stages = ["FROM alpine AS a\nRUN a\n", "FROM alpine AS b\nRUN b\n"]
    const last = "FROM alpine\nCOPY --from=a / /a/\nCOPY --from=b / /b/\n"
    on.beforeRun = () => Effect.sleep("5 millis")
    const texts = [stages.join("") + last, stages.toReversed().join("") + last]
    await run(Effect.forEach(texts, (text) => build(on, text, { jobs: 1 }), { concurrency: 2 }))
    expect(on.runs.map(({ argv }) => argv.at(-1)).toSorted()).toEqual(["a", "b"])
  })

  it("both run everything when neither wants the cache", async () => {
    const on = machine()
    const one = build(on, "FROM alpine\nRUN one\n", { noCache: "all" })
    await run(Effect.all([one, one], { concurrency: 2 }))
    expect(on.runs).toHaveLength(2)
  })
})

/** Waits until something is true, which other fibers make it. */
const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((goOn) => setImmediate(goOn))
}

describe("a plan", () => {
  it("tells every step with its cause, and changes nothing", async () => {
    const on = machine()
    expect((await run(planned(on, app, { files }))).map(({ how }) => how)).toEqual([
      "cached",
      "cached",
      ...Array.from({ length: 3 }, () => "missing"),
      "cached",
      ...Array.from({ length: 3 }, () => "missing")
    ])
    await run(build(on, app, { files }))
    Object.assign(on.count, { get: 0, put: 0, use: 0 })
    const before = on.runs.length + on.copies.length + on.workdirs.length
    expect((await run(planned(on, app, { files }))).every(({ how }) => how === "cached")).toBe(true)
    const steps = await run(planned(on, app, { files: { ...files, "src/b.c": "int c;" } }))
    expect(steps.filter(({ how }) => how === "missing").map((step) => `${step.step.text}: ${sentence(step)}`)).toEqual([
      expect.stringMatching(/^COPY src \.: src\/b\.c: content \w{12} → \w{12}$/),
      "RUN make: it follows step 4, COPY src .",
      "COPY --from=build /src/out /app: it follows step 4 of stage build, COPY src .",
      'CMD ["/app"]: it follows step 3, COPY --from=build /src/out /app'
    ])
    expect(on.runs.length + on.copies.length + on.workdirs.length).toBe(before)
    expect(on.count).toMatchObject({ put: 0, use: 0 })
  })

  it("knows nothing of what stands on an image that is not here", async () => {
    const text = "FROM nowhere AS a\nENV A=1\nRUN $A\nFROM alpine\nRUN own\nCOPY --from=a /x /\nRUN more\n"
    const on = machine()
    await run(build(on, "FROM alpine\nRUN own\n"))
    const steps = await run(planned(on, text))
    expect(steps.map((step) => [step.step.text, step.how, sentence(step)])).toEqual([
      ["FROM nowhere AS a", "missing", "nowhere: there is no such image"],
      ["ENV A=1", "missing", "it follows step 1, FROM nowhere AS a"],
      ["RUN $A", "missing", "it follows step 1, FROM nowhere AS a"],
      ["FROM alpine", "cached", undefined],
      ["RUN own", "cached", undefined],
      ["COPY --from=a /x /", "missing", "it follows step 1 of stage a, FROM nowhere AS a"],
      ["RUN more", "missing", "it follows step 3, COPY --from=a /x /"]
    ])
  })
})
