import type { FileState } from "@gantry/build/context/content-digest"
import { ofBytes } from "@gantry/core/image/Digest"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { unpackDigests } from "../../src/contexts/packed-digests.ts"

const big = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n })
const state: fc.Arbitrary<FileState> = fc.record({
  dev: big,
  ino: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  size: fc.maxSafeNat(),
  mtimeNs: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  ctimeNs: big
})
const plain: FileState = { dev: 1n, ino: 2n, size: 3, mtimeNs: 4n, ctimeNs: 5n }
const digestOf = (of: FileState) => ofBytes(Object.values(of).join())

describe("packed digests", () => {
  it("are what they were when they are read again", () => {
    fc.assert(
      fc.property(fc.uniqueArray(state, { selector: ({ ino }) => ino }), (states) => {
        const first = unpackDigests()
        for (const each of states) first.set(each, digestOf(each))
        const second = unpackDigests(first.pack())
        expect(second.isChanged()).toBe(false)
        for (const each of states) expect(second.get(each)).toBe(digestOf(each))
        expect(unpackDigests(second.pack()).pack()).toEqual(first.pack())
      })
    )
  })

  it.each(["dev", "ino", "size", "mtimeNs", "ctimeNs"] as const)(
    "do not stand for a file whose %s is another",
    (field) => {
      const digests = unpackDigests()
      digests.set(plain, digestOf(plain))
      expect(digests.get(plain)).toBe(digestOf(plain))
      const other = field === "size" ? { ...plain, size: 4 } : { ...plain, [field]: 9n }
      expect(digests.get(other)).toBeUndefined()
      expect(unpackDigests(digests.pack()).get(other)).toBeUndefined()
    }
  )

  it("of another form are none", () => {
    for (const length of [1, 71, 73]) expect(unpackDigests(new Uint8Array(length)).get(plain)).toBeUndefined()
  })

  it("forget what was not asked for when it is much more than what was", () => {
    const many = unpackDigests()
    for (let ino = 0n; ino < 10_010n; ino++) many.set({ ...plain, ino }, digestOf(plain))
    const again = unpackDigests(many.pack())
    expect(again.get(plain)).toBe(digestOf(plain))
    expect(again.pack().length).toBe(72)
    const few = unpackDigests()
    for (let ino = 0n; ino < 10n; ino++) few.set({ ...plain, ino }, digestOf(plain))
    expect(unpackDigests(few.pack()).pack().length).toBe(720)
  })
})
