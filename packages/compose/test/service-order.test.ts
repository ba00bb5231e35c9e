import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Dependency } from "@gantry/compose/Project"
import { circleOf, orderOf } from "@gantry/compose/service-order"

const started: Dependency = { condition: "service_started", restart: false, required: true }

/** Services by what each needs. */
const services = (needs: { readonly [name: string]: ReadonlyArray<string> }) =>
  Object.fromEntries(
    Object.entries(needs).map(([name, list]) => [
      name,
      { dependsOn: Object.fromEntries(list.map((need) => [need, started])) }
    ])
  )

describe("orderOf", () => {
  const some = services({ web: ["api", "cache"], api: ["db"], db: [], cache: [], alone: [] })

  it("has what is needed in earlier waves, and adds it only when asked", () => {
    expect(orderOf(some, ["web"], true)).toEqual([["db", "cache"], ["api"], ["web"]])
    expect(orderOf(some, ["web"], false)).toEqual([["web"]])
  })

  it("keeps services apart that need each other through one that is not wanted", () => {
    expect(orderOf(some, ["web", "db"], false)).toEqual([["db"], ["web"]])
  })

  it("leaves out what is not there", () => {
    expect(orderOf(services({ web: ["gone"] }), ["web", "other", "toString"], true)).toEqual([["web"]])
  })

  it("never puts a service before or beside what it needs, and each exactly once", () => {
    // Each service needs some of those before it, so that there is no circle.
    const graph = fc
      .array(fc.array(fc.nat(11), { maxLength: 4 }), { minLength: 1, maxLength: 12 })
      .map((rows) => rows.map((needs, index) => new Set(needs.filter((need) => need < index))))
    fc.assert(
      fc.property(graph, fc.array(fc.nat(11), { maxLength: 5 }), fc.boolean(), (rows, picks, withDependencies) => {
        const all = services(
          Object.fromEntries(rows.map((needs, index) => [`s${index}`, [...needs].map((n) => `s${n}`)]))
        )
        const wanted = picks.filter((pick) => pick < rows.length).map((pick) => `s${pick}`)
        const waves = orderOf(all, wanted, withDependencies)
        const waveOf = new Map(waves.flatMap((wave, index) => wave.map((name) => [name, index] as const)))
        expect(waveOf.size).toBe(waves.flat().length)
        for (const name of wanted) expect(waveOf.has(name)).toBe(true)
        for (const [name, wave] of waveOf) {
          for (const need of Object.keys(all[name]!.dependsOn)) {
            expect(waveOf.has(need) || !withDependencies).toBe(true)
            expect(waveOf.get(need) ?? -1).toBeLessThan(wave)
          }
        }
        expect(withDependencies || waveOf.size === new Set(wanted).size).toBe(true)
      })
    )
  })

  it("does not give up on a long chain", () => {
    const long = services(
      Object.fromEntries(
        Array.from({ length: 20_000 }, (_, index) => [`s${index}`, index === 0 ? [] : [`s${index - 1}`]])
      )
    )
    expect(orderOf(long, ["s19999"], true).at(-1)).toEqual(["s19999"])
  })
})

describe("circleOf", () => {
  it("names the way around, and nothing where there is none", () => {
    expect(circleOf(services({ a: ["b"], b: ["c"], c: ["a"], d: ["a"] }))).toEqual(["a", "b", "c", "a"])
    expect(circleOf(services({ d: ["a"], a: ["a"] }))).toEqual(["a", "a"])
    expect(circleOf(services({ a: ["b"], b: [] }))).toEqual([])
    expect(circleOf({})).toEqual([])
  })
})
