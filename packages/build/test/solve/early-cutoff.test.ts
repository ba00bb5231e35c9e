import { Effect } from "effect"
import { describe, expect, it } from "@effect/vitest"
import { ofBytes } from "@gantry/core/image/Digest"
import { build, machine, planned } from "./memory-build.ts"

const text = `FROM alpine AS tools
COPY a /src/
RUN make
FROM alpine AS mid
COPY --from=tools /out /in/
RUN use
FROM mid
RUN --mount=type=bind,from=tools,source=/out,target=/m look`

/** A machine where what is taken from other trees never changes. */
const steady = () => Object.assign(machine(), { contentOf: () => ofBytes("the same") })

const cutOff = { earlyCutoff: true }

describe("early cut-off", () => {
  it.effect("runs again only what made the files of a stage, when what is taken of them stayed", () =>
    Effect.gen(function* () {
      const on = steady()
      yield* build(on, text, { files: { a: "1" }, ...cutOff })
      const again = yield* build(on, text, { files: { a: "22" }, ...cutOff })
      expect(again.ran).toEqual(["COPY a /src/", "RUN make"])
      expect((yield* build(on, text, { files: { a: "22" }, ...cutOff })).ran).toEqual([])
    })
  )

  it.effect("runs everything again when what is taken is other, and says what it follows", () =>
    Effect.gen(function* () {
      const on = machine()
      yield* build(on, text, { files: { a: "1" }, ...cutOff })
      const again = yield* build(on, text, { files: { a: "22" }, ...cutOff })
      expect(again.ran).toHaveLength(5)
      const causes = again.steps.flatMap(({ cause }) => cause ?? [])
      expect(causes.map(({ kind }) => kind)).toEqual(["file", "follows", "follows", "follows", "follows"])
    })
  )

  it.effect("compares no step with what the same build has made in another stage", () =>
    Effect.gen(function* () {
      const cold = yield* build(machine(), text, { files: { a: "1" }, jobs: 1, ...cutOff })
      const causes = cold.steps.flatMap(({ cause }) => cause ?? [])
      expect(causes.map(({ kind }) => kind)).toEqual(["first", "follows", "follows", "follows", "follows"])
    })
  )

  it.effect("names what a step itself has changed before what it follows", () =>
    Effect.gen(function* () {
      const on = machine()
      yield* build(on, text, { files: { a: "1" }, ...cutOff })
      const again = yield* build(on, text.replace("RUN use", "RUN use it"), { files: { a: "22" }, ...cutOff })
      const told = again.steps.find(({ step }) => step.text === "RUN use it")
      expect(told?.cause).toEqual({ kind: "instruction", before: "RUN use", now: "RUN use it" })
    })
  )

  it.effect("goes on after a command that changed no file", () =>
    Effect.gen(function* () {
      const on = machine()
      const test = (name: string) => `FROM alpine\nRUN first\nRUN ${name} && true\nRUN last`
      yield* build(on, test("one"), cutOff)
      expect((yield* build(on, test("two"), cutOff)).ran).toEqual(["RUN two && true"])
      yield* build(on, test("one"))
      expect((yield* build(on, test("two"))).ran).toEqual(["RUN two && true", "RUN last"])
    })
  )

  it.effect("lets no setting go unnoticed that a command sees", () =>
    Effect.gen(function* () {
      const on = steady()
      const set = (value: string) => `FROM alpine\nENV A=${value}\nRUN true\nLABEL x=1`
      yield* build(on, set("1"), cutOff)
      expect((yield* build(on, set("2"), cutOff)).ran).toEqual(["ENV A=2", "RUN true"])
    })
  )

  it.effect("uses no results of builds without it, and says so", () =>
    Effect.gen(function* () {
      const on = steady()
      yield* build(on, text, { files: { a: "1" } })
      const first = yield* build(on, text, { files: { a: "1" }, ...cutOff })
      expect(first.ran).toHaveLength(5)
      expect(first.steps.find(({ step }) => step.text === "COPY a /src/")?.cause).toEqual({
        kind: "input",
        name: "--early-cutoff",
        before: "off",
        now: "on"
      })
    })
  )

  it.effect("plans nothing below a step that would run: nobody knows what it will make", () =>
    Effect.gen(function* () {
      const on = steady()
      yield* build(on, text, { files: { a: "1" }, ...cutOff })
      const steps = yield* planned(on, text, { files: { a: "22" }, ...cutOff })
      expect(steps.filter(({ how }) => how === "missing").map(({ step }) => step.text)).toEqual([
        "COPY a /src/",
        "RUN make",
        "COPY --from=tools /out /in/",
        "RUN use",
        "RUN --mount=type=bind,from=tools,source=/out,target=/m look"
      ])
      expect((yield* planned(on, text, { files: { a: "1" }, ...cutOff })).every(({ how }) => how === "cached")).toBe(
        true
      )
    })
  )
})
