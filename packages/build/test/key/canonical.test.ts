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

  it.each([["half a character", "\ud800"], ["a fraction", 0.5], ["infinity", Infinity], ["a number no double can hold", 2 ** 53]])(
    "refuses %s",
    (_, value) => {
      expect(() => spell(value)).toThrow(TypeError)
    }
  )
})

describe("unspell", () => {
  it("reads names that mean something to JavaScript", () => {
    const value = JSON.parse('{"__proto__":"a","constructor":["b"]}') as Canonical
    expect(Either.getOrThrow(unspell(spell(value)))).toEqual(value)
    expect(spell(Either.getOrThrow(unspell(spell(value))))).toBe("d9:__proto__1:a11:constructorl1:bee")
  })

  it.each([
    "", "1:", "2:a", "01:a", "1:ab", "i1", "i01e", "i-0e", "ie", "i1.5e", "l", "l1:a", "d1:ae", "di1e1:ae",
    "d1:b0:1:a0:e", "d1:a0:1:a0:e", "x", "le1:a", "99999999999999999:a", "2:é ", "l".repeat(5000)
  ])("refuses %j", (text) => {
    expect(Either.isLeft(unspell(text))).toBe(true)
  })

  it("accepts nothing but what spell writes", () => {
    // One byte of a good spelling changed: either it is another good one, or it is refused.
    const texts = fc.tuple(fc.letrec<{ value: Canonical }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.fullUnicodeString({ maxLength: 4 }),
        fc.integer(),
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(fc.string({ maxLength: 2 }), tie("value"), { maxKeys: 3 })
      )
    })).value, fc.nat(), fc.constantFrom(..."0123456789:ilde-a"))
    fc.assert(
      fc.property(texts, ([value, at, character]) => {
        const text = spell(value)
        const place = at % text.length
        const changed = text.slice(0, place) + character + text.slice(place + 1)
        const read = unspell(changed)
        return Either.isLeft(read) || (spell(read.right) === changed && (changed === text || spell(value) !== changed))
      }),
      { numRuns: 500 }
    )
  })
})
