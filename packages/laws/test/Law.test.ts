import { ConfigProvider, Context, Effect, Either, Layer } from "effect"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { forAll, law, type Law, type LawBroken } from "../src/Law.ts"

const outcome = (check: Law<never>["check"], settings: ReadonlyArray<readonly [string, string]> = []) =>
  Effect.runPromise(Effect.either(Effect.withConfigProvider(check, ConfigProvider.fromMap(new Map(settings)))))

const report = (result: Either.Either<void, LawBroken>) => (Either.isLeft(result) ? result.left.report : "it held")

/** A law about numbers that counts its samples. */
const counting = (holds: (n: number) => boolean, options?: Parameters<typeof forAll<number, never, never>>[4]) => {
  const seen: Array<number> = []
  const made = forAll(
    "NUM-1",
    "numbers behave",
    fc.nat({ max: 10_000 }),
    (n) =>
      Effect.sync(() => {
        seen.push(n)
        return holds(n)
      }),
    options
  )
  return { check: made.check, seen }
}

describe("a law about all samples", () => {
  it("tries 25 of them, or as many as the law asks for, or as many as the environment says", async () => {
    const few = counting(() => true)
    const own = counting(() => true, { runs: 7 })
    const said = counting(() => true, { runs: 7 })
    await outcome(few.check)
    await outcome(own.check)
    await outcome(said.check, [["GANTRY_LAW_RUNS", "3"]])
    expect([few.seen.length, own.seen.length, said.seen.length]).toEqual([25, 7, 3])
  })

  it("reports the smallest counterexample, with the seed and the path that replay it at once", async () => {
    const { check } = counting((n) => n < 700, { runs: 1000 })
    const first = report(await outcome(check))
    expect(first).toContain("Counterexample: [700]")
    const [, seed = "", path = ""] = /seed: (-?\d+), path: "([\d:]+)"/.exec(first) ?? []
    const again = counting((n) => n < 700)
    const replayed = report(
      await outcome(again.check, [
        ["GANTRY_LAW_SEED", seed],
        ["GANTRY_LAW_PATH", path]
      ])
    )
    expect(replayed).toContain("Counterexample: [700]")
    expect(again.seen[0]).toBe(700)
  })

  it("tries the counterexamples of earlier days first", async () => {
    const { check, seen } = counting((n) => n !== 12_345, { examples: [12_345] })
    expect(report(await outcome(check))).toContain("[12345]")
    expect(seen[0]).toBe(12_345)
  })

  it("is broken by a failure and by a defect as well", async () => {
    const failing = forAll("NUM-1", "", fc.nat(), () => Effect.fail("no such luck"))
    const dying = forAll("NUM-1", "", fc.nat(), () => Effect.die("worse luck"))
    expect(report(await outcome(failing.check))).toContain("no such luck")
    expect(report(await outcome(dying.check))).toContain("worse luck")
  })

  it("closes a scope after each sample", async () => {
    let open = 0
    const held = Effect.acquireRelease(
      Effect.sync(() => ++open),
      () => Effect.sync(() => void open--)
    )
    const scoped = forAll("NUM-1", "", fc.nat(), () => Effect.map(held, (count) => count === 1))
    expect(report(await outcome(scoped.check))).toBe("it held")
    expect(open).toBe(0)
  })

  it("speaks to the service it is given", async () => {
    class Limit extends Context.Tag("Limit")<Limit, number>() {}
    const limited = forAll("NUM-1", "", fc.nat({ max: 9 }), (n) => Effect.map(Limit, (limit) => n < limit))
    const under = (limit: number) => outcome(Effect.provide(limited.check, Layer.succeed(Limit, limit)))
    expect(report(await under(10))).toBe("it held")
    expect(report(await under(3))).toContain("[3]")
  })
})

describe("a law that one case decides", () => {
  it.each([
    [Effect.succeed(true), "it held"],
    [Effect.succeed(false), "it does not hold"],
    [Effect.fail("no such luck"), "no such luck"],
    [Effect.die("worse luck"), "worse luck"]
  ])("is broken by all but true", async (holds: Effect.Effect<boolean, string>, expected) => {
    expect(report(await outcome(law("ONE-1", "", holds).check))).toContain(expected)
  })

  it("names itself in its failure", async () => {
    const result = await outcome(law("ONE-1", "", Effect.succeed(false)).check)
    expect(Either.isLeft(result) && result.left.message).toBe("ONE-1\nit does not hold")
  })
})
