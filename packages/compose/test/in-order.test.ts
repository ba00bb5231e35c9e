import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Cause from "effect/Cause"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { afterNeeds, beforeNeeds } from "@gantry/compose/in-order"
import { servicesOf } from "./services-of.ts"

describe("services in the order of their needs", () => {
  it("begin as soon as what they need is done, whatever else still goes on", async () => {
    const services = servicesOf({ slow: [], fast: [], next: ["fast"], last: ["slow", "next"] })
    const begun: Array<string> = []
    await Effect.runPromise(
      Effect.gen(function* () {
        const slowMay = yield* Deferred.make<void>()
        yield* afterNeeds(services, Object.keys(services), (name) =>
          Effect.gen(function* () {
            begun.push(name)
            if (name === "slow") yield* Deferred.await(slowMay)
            // Would never come if it waited for what is as far from the beginning as what it needs.
            if (name === "next") yield* Deferred.succeed(slowMay, undefined)
          })
        )
      })
    )
    expect(begun).toEqual(["slow", "fast", "next", "last"])
  })

  it("end with the first failure, which ends the others and begins nothing more", async () => {
    const services = servicesOf({ bad: [], waits: [], user: ["waits"] })
    const seen: Array<string> = []
    const cause = await Effect.runPromise(
      Effect.flip(
        Effect.sandbox(
          afterNeeds(services, Object.keys(services), (name) =>
            name === "bad"
              ? Effect.zipRight(Effect.yieldNow(), Effect.fail("bad"))
              : name === "waits"
                ? Effect.onInterrupt(Effect.never, () => Effect.sync(() => seen.push("ended")))
                : Effect.sync(() => seen.push(name))
          )
        )
      )
    )
    expect([[...Cause.failures(cause)], seen]).toEqual([["bad"], ["ended"]])
  })

  it("do not wait for ever where they need each other in a circle", async () => {
    const seen: Array<string> = []
    const services = servicesOf({ c: ["a"], b: ["c"], a: ["b", "first"], first: [] })
    await Effect.runPromise(
      afterNeeds(services, ["a", "b", "c", "first"], (name) => Effect.sync(() => seen.push(name)))
    )
    expect(seen.toSorted()).toEqual(["a", "b", "c", "first"])
  })

  it("never begin before all that they need has ended, nor the other way round, and each once", async () => {
    // Each service needs some of those before it, so that there is no circle.
    const graph = fc
      .array(fc.array(fc.nat(9), { maxLength: 3 }), { minLength: 1, maxLength: 10 })
      .map((rows) => rows.map((needs, index) => new Set(needs.filter((need) => need < index))))
    await fc.assert(
      fc.asyncProperty(
        graph,
        fc.array(fc.nat(9), { maxLength: 6 }),
        fc.array(fc.nat(5), { minLength: 1, maxLength: 10 }),
        fc.boolean(),
        async (rows, picks, delays, reversed) => {
          const all = servicesOf(
            Object.fromEntries(rows.map((needs, index) => [`s${index}`, [...needs].map((n) => `s${n}`)]))
          )
          const wanted = [...new Set(picks.filter((pick) => pick < rows.length).map((pick) => `s${pick}`))]
          const events: Array<string> = []
          const body = (name: string) =>
            Effect.gen(function* () {
              events.push(`${name} begins`)
              const turns = delays[Number(name.slice(1)) % delays.length] ?? 0
              for (let turn = 0; turn < turns; turn++) yield* Effect.yieldNow()
              events.push(`${name} ends`)
            })
          await Effect.runPromise((reversed ? beforeNeeds : afterNeeds)(all, wanted, body))
          expect(events.toSorted()).toEqual(wanted.flatMap((name) => [`${name} begins`, `${name} ends`]).toSorted())
          const reaches = (from: number): ReadonlySet<number> =>
            new Set([...rows[from]!].flatMap((need) => [need, ...reaches(need)]))
          for (const name of wanted) {
            for (const need of reaches(Number(name.slice(1)))) {
              if (!wanted.includes(`s${need}`)) continue
              const [first, second] = reversed ? [name, `s${need}`] : [`s${need}`, name]
              expect(events.indexOf(`${first} ends`)).toBeLessThan(events.indexOf(`${second} begins`))
            }
          }
        }
      )
    )
  })

  it("do not give up on a long chain", async () => {
    const count = 20_000
    const services = servicesOf(
      Object.fromEntries(
        Array.from({ length: count }, (_, index) => [`s${index}`, index === 0 ? [] : [`s${index - 1}`]])
      )
    )
    let last = ""
    await Effect.runPromise(afterNeeds(services, Object.keys(services), (name) => Effect.sync(() => (last = name))))
    expect(last).toBe(`s${count - 1}`)
  })
})
