import { Either, FastCheck as fc } from "effect"
import { describe, expect, it } from "vitest"
import { checkShape } from "../../src/configuration/check-shape.ts"
import { ConfigFile } from "../../src/configuration/ConfigFile.ts"
import { fits } from "../../src/configuration/fits.ts"

/** As it comes out of a file. */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

/** Mostly what is right: a file has many places, and one that is wrong makes all of it wrong. */
const mostly = <A>(right: ReadonlyArray<A>, wrong: ReadonlyArray<A>) =>
  fc.oneof({ weight: 20, arbitrary: fc.constantFrom(...right) }, { weight: 1, arbitrary: fc.constantFrom(...wrong) })
const address = mostly(["127.0.0.1", "::1"], ["300.1.1.1", "", "fe80::1%eth0"])
const name = mostly(["./mine", "registry.example:5000", "/w"], [""])
const flag = mostly<unknown>([true, false], ["true", 0])

/** What files say, with something strange at any place. */
const strange = fc.constantFrom<unknown>(null, 0, "", [], {}, [null], [""], { module: "" }, { module: "a", more: 1 })
const near = (good: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 80, arbitrary: good }, { weight: 1, arbitrary: strange })
const keys = (fields: { readonly [key: string]: fc.Arbitrary<unknown> }) =>
  near(
    fc.record(
      { ...Object.fromEntries(Object.entries(fields).map(([key, each]) => [key, near(each)])), odd: strange },
      { requiredKeys: [] }
    )
  ).chain((value) =>
    // Mostly without the key that is none.
    fc.integer({ min: 0, max: 9 }).map((roll) => {
      if (roll === 0 || typeof value !== "object" || value === null || Array.isArray(value)) return value
      return Object.fromEntries(Object.entries(value).filter(([key]) => key !== "odd"))
    })
  )
const plugin = fc.oneof(name, keys({ module: name, options: strange }))
const mirrors = fc.array(fc.oneof(name, keys({ location: name, insecure: flag })), { maxLength: 2 })
const mode = fc.oneof({ weight: 9, arbitrary: fc.constantFrom("nat", "proxy") }, { arbitrary: strange, weight: 1 })
const file = keys({
  $schema: name,
  plugins: keys({ "layer-store": plugin, network: plugin, launcher: plugin }),
  publish: keys({ defaultAddress: address, mode }),
  rootless: keys({
    network: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom("pasta", "slirp4netns") },
      { arbitrary: strange, weight: 1 }
    )
  }),
  registries: fc.array(keys({ prefix: name, mirrors, insecure: flag, ca: name, blocked: flag }), { maxLength: 2 }),
  trustedProjects: fc.array(name, { maxLength: 2 })
})

describe("the quick look at a configuration", () => {
  it("says of every file what the schema says, and what it lets pass is what the schema makes of it", () => {
    const seen = { fits: 0, not: 0 }
    fc.assert(
      fc.property(file, (value) => {
        const json = asJson(value)
        const checked = checkShape(ConfigFile, json)
        seen[Either.isRight(checked) ? "fits" : "not"]++
        expect(fits(json) ? json : undefined).toEqual(Either.getOrUndefined(checked))
      }),
      { numRuns: 1000 }
    )
    // Both are tried often enough.
    expect(Math.min(seen.fits, seen.not)).toBeGreaterThan(50)
  })

  it.each(['{"__proto__": {}}', '{"plugins": {"toString": "x"}}', "[]", "null", '"text"', "5"])(
    "lets %s not pass",
    (text) => {
      expect(fits(JSON.parse(text))).toBe(false)
      expect(Either.isLeft(checkShape(ConfigFile, JSON.parse(text)))).toBe(true)
    }
  )
})
