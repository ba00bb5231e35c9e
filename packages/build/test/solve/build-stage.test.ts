import { Deferred, Effect, Fiber } from "effect"
import { describe, expect, it } from "vitest"
import { build, type Files, machine } from "./memory-build.ts"

const files: Files = { "src/a.c": "int main;", "src/b.c": "int b;" }
const run = Effect.runPromise

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
    const text =
      "FROM alpine AS a\nRUN a\nFROM alpine AS b\nRUN b\nFROM alpine\nCOPY --from=a / /a/\nCOPY --from=b / /b/\nRUN last\n"
    await run(build(on, text, { jobs: 2 }))
    expect(on.runs.map(({ argv }) => argv.at(-1)).toSorted()).toEqual(["a", "b", "last"])
  })

  it("that begin alike do the common steps once", async () => {
    const on = machine()
    const text = "FROM alpine AS a\nRUN same\nRUN a\nFROM alpine\nRUN same\nCOPY --from=a / /a/\n"
    const result = await run(build(on, text))
    expect(on.runs.map(({ argv }) => argv.at(-1)).toSorted()).toEqual(["a", "same"])
    expect(
      result.steps
        .filter(({ step }) => step.text === "RUN same")
        .map(({ how }) => how)
        .toSorted()
    ).toEqual(["ran", "shared"])
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
  it.each(["FROM other", "ONBUILD RUN x", "RUN one\nRUN two", ""])(
    "does not pass over a trigger of its base that no Dockerfile can have made: %j",
    async (trigger) => {
      const on = machine()
      on.images.set("parent", { OnBuild: [trigger] })
      const failure = await run(Effect.flip(build(on, "FROM parent\n", { files })))
      expect(failure.message).toContain("is not an instruction that ONBUILD can have stored")
    }
  )

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
    ["FROM alpine\nENV D=\nCOPY src $D\n", "the destination is empty"],
    ["FROM alpine\nENV P=x\nEXPOSE $P\n", '"x" is not a port'],
    ["FROM alpine\nADD --checksum=sha256:$X a /x\n", "--checksum is for one source that is a URL or a git repository"],
    [
      "FROM alpine\nENV U=https://example.org/x\nADD $U /x\n",
      "https://example.org/x: this build has no sources but its own context"
    ]
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

  it("stops the others only after what has to come before it, such as a shell that somebody is in", async () => {
    const on = machine()
    const begun = await run(Deferred.make<void>())
    const failing = await run(Deferred.make<void>())
    const left = await run(Deferred.make<void>())
    on.broken.add("bad")
    on.beforeRun = ({ argv }) =>
      argv.at(-1) === "shell"
        ? Deferred.succeed(begun, undefined).pipe(
            Effect.zipRight(Deferred.await(failing)),
            // Whoever is interrupted gets no further than this.
            Effect.zipRight(Effect.yieldNow()),
            Effect.zipRight(Deferred.succeed(left, undefined)),
            Effect.zipRight(Effect.never)
          )
        : Deferred.await(begun)
    const beforeFailing = Effect.zipRight(Deferred.succeed(failing, undefined), Deferred.await(left))
    const text = "FROM alpine AS a\nRUN shell\nFROM alpine\nRUN bad\nCOPY --from=a / /a/\n"
    expect(await run(Effect.flip(build(on, text, { beforeFailing })))).toMatchObject({ step: { text: "RUN bad" } })
    expect(await run(Deferred.isDone(left))).toBe(true)
  })
})

describe("events", () => {
  it("tell of every step in the order of its stage", async () => {
    const on = machine()
    const text = "FROM alpine\nENV A=1\nRUN one\nRUN $missing\nLABEL a=$missing\n"
    const first = await run(build(on, text))
    expect(
      first.events.map((event) =>
        "step" in event ? `${event.type} ${event.step.number}/${event.step.total}` : event.type
      )
    ).toEqual([
      "planned",
      "based 1/5",
      "warning",
      "applied 2/5",
      "started 3/5",
      "done 3/5",
      "started 4/5",
      "done 4/5",
      "applied 5/5"
    ])
    const second = await run(build(on, text))
    expect(second.events.map(({ type }) => type)).toEqual([
      "planned",
      "based",
      "warning",
      "applied",
      "cached",
      "cached",
      "applied"
    ])
    const settings = (events: typeof first.events) =>
      events.flatMap((event) => (event.type === "applied" ? [event.cause?.kind ?? event.ageMs !== undefined] : []))
    expect(settings(first.events)).toEqual(["first", "follows"])
    expect(settings(second.events)).toEqual([true, true])
    expect(second.events.find(({ type }) => type === "warning")).toMatchObject({
      diagnostic: { code: "undefined-variable", message: "the variable missing has no value" }
    })
  })

  it("warn of a variable without a value in the default of an ARG, of those on its own line not", async () => {
    const { events } = await run(build(machine(), "FROM alpine\nARG A=1 B=$A C=${none} D=${none:-x}\nRUN one\n"))
    expect(events.flatMap((event) => (event.type === "warning" ? [event.diagnostic.message] : []))).toEqual([
      "the variable none has no value"
    ])
  })
})

describe("what is wrong in a stage", () => {
  const codesOf = async (text: string, on = machine()) => {
    const failure = await run(Effect.flip(build(on, text, { files })))
    const codes = failure._tag === "BuildFailed" ? failure.diagnostics?.map(({ code }) => code) : []
    return { codes, step: failure._tag === "BuildFailed" ? failure.step.text : "", ran: on.runs.length }
  }

  it("is said all at once, before anything runs", async () => {
    const text = 'FROM alpine\nRUN one\nENV P=x\nEXPOSE $P\nRUN two\nENV A="${B:?must be set}"\nSTOPSIGNAL $P-\n'
    expect(await codesOf(text)).toEqual({
      codes: ["bad-port", "bad-substitution", "bad-signal"],
      step: "EXPOSE $P",
      ran: 0
    })
  })

  it("is a warning too where the file says so", async () => {
    const text = "FROM alpine\nRUN one\nLABEL a=$missing\n"
    expect((await run(build(machine(), text))).events.some(({ type }) => type === "warning")).toBe(true)
    expect(await codesOf(`# check=error=true\n${text}`)).toMatchObject({ codes: ["undefined-variable"], ran: 0 })
    const skipped = await run(build(machine(), `# check=skip=UndefinedVar;error=true\n${text}`))
    expect(skipped.events.some(({ type }) => type === "warning")).toBe(false)
  })
})
