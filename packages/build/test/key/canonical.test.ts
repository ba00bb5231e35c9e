import { Either } from "effect"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type Canonical, spell, unspell } from "../../src/key/canonical.ts"

describe("spell", () => {
  it("counts text in bytes and sorts fields by code unit", () => {
    expect(spell({ b: ["é", 0, -7], a: {}, B: [] })).toBe("d1:Ble1:ade1:bl2:éi0ei-7eee")
  })

  it("spells zero one way", () => {
    expect(spell(-0)).toBe("i0e")
  })

  it.each([
    ["half a character", "\ud800"],
    ["a fraction", 0.5],
    ["infinity", Infinity],
    ["a number no double can hold", 2 ** 53]
  ])("refuses %s", (_, value) => {
    expect(() => spell(value)).toThrow(TypeError)
  })
})

describe("unspell", () => {
  it("reads names that mean something to JavaScript", () => {
    const value = JSON.parse('{"__proto__":"a","constructor":["b"]}') as Canonical
    expect(Either.getOrThrow(unspell(spell(value)))).toEqual(value)
    expect(spell(Either.getOrThrow(unspell(spell(value))))).toBe("d9:__proto__1:a11:constructorl1:bee")
  })

  it.each([
    "",
    "1:",
    "2:a",
    "01:a",
    "1:ab",
    "i1",
    "i01e",
    "i-0e",
    "ie",
    "i1.5e",
    "l",
    "l1:a",
    "d1:ae",
    "di1e1:ae",
    "d1:b0:1:a0:e",
    "d1:a0:1:a0:e",
    "x",
    "le1:a",
    "99999999999999999:a",
    "2:é ",
    "l".repeat(5000)
  ])("refuses %j", (text) => {
    expect(Either.isLeft(unspell(text))).toBe(true)
  })

  it("accepts nothing but what spell writes", () => {
    const values = fc.letrec<{ value: Canonical }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.fullUnicodeString({ maxLength: 4 }),
        fc.integer(),
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(fc.string({ maxLength: 2 }), tie("value"), { maxKeys: 3 })
      )
    })).value
    // One character of a good spelling changed: either it is another good one, or it is refused.
    const isGood = (value: Canonical, at: number, character: string) => {
      const text = spell(value)
      const changed = text.slice(0, at % text.length) + character + text.slice((at % text.length) + 1)
      return Either.match(unspell(changed), { onLeft: () => true, onRight: (read) => spell(read) === changed })
    }
    const samples = fc.property(values, fc.nat(), fc.constantFrom(..."0123456789:ilde-a"), isGood)
    expect(fc.check(samples, { numRuns: 500 }).counterexample).toBeNull()
  })
})
