import { describe, expect, it } from "vitest"
import { heldKeys } from "../src/held-keys.ts"

/** What passes of each piece, and how often the keys were all there. */
const typed = (keys: ReadonlyArray<number>) => {
  let detached = 0
  const held = heldKeys(Uint8Array.from(keys), () => void detached++)
  return {
    ...held,
    type: (...bytes: ReadonlyArray<number>) => Array.from(held.filter(Uint8Array.from(bytes))),
    detached: () => detached
  }
}

describe("the keys that detach", () => {
  it("pass never, in one piece or in several, and nothing passes after them", () => {
    const one = typed([16, 17])
    expect(one.type(1, 16, 17, 2)).toEqual([1])
    const several = typed([16, 17])
    expect(several.type(16)).toEqual([])
    expect(several.isHolding()).toBe(true)
    expect(several.type(17)).toEqual([])
    expect(several.type(3)).toEqual([])
    expect([one.detached(), several.detached()]).toEqual([1, 1])
    expect(several.isHolding()).toBe(false)
  })

  it("pass when something else follows", () => {
    const keys = typed([16, 17])
    expect(keys.type(16)).toEqual([])
    expect(keys.type(65)).toEqual([16, 65])
    expect(keys.type(16, 16)).toEqual([16])
    expect(keys.type(17)).toEqual([])
    expect(keys.detached()).toBe(1)
  })

  it("are given back when nothing follows, and are looked for anew then", () => {
    const keys = typed([16, 17])
    keys.type(16)
    expect([...keys.release()]).toEqual([16])
    expect(keys.isHolding()).toBe(false)
    expect(keys.type(17)).toEqual([17])
    expect(keys.detached()).toBe(0)
  })

  it("are none when there are none", () => {
    const keys = typed([])
    expect(keys.type(16, 17)).toEqual([16, 17])
    expect(keys.isHolding()).toBe(false)
  })
})
