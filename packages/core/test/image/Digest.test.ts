import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { digest, hasher, hexOf, isDigest, ofBytes, shortOf } from "../../src/image/Digest.ts"

const ofAbc = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

describe("a digest", () => {
  it("of abc is the one in FIPS 180-4", () => {
    expect(ofBytes("abc")).toBe(ofAbc)
    expect(ofBytes(new TextEncoder().encode("abc"))).toBe(ofAbc)
  })

  it("shows its hex characters, all or the first twelve", () => {
    expect(hexOf(digest(ofAbc))).toBe(ofAbc.slice(7))
    expect(shortOf(digest(ofAbc))).toBe("ba7816bf8f01")
  })

  it.each([
    ["in upper case", ofAbc.toUpperCase()],
    ["with an upper case letter", ofAbc.replace("b", "B")],
    ["of another algorithm", ofAbc.replace("sha256", "sha512")],
    ["without algorithm", ofAbc.slice(7)],
    ["too short", ofAbc.slice(0, -1)],
    ["too long", `${ofAbc}0`],
    ["followed by a line end", `${ofAbc}\n`],
    ["preceded by a space", ` ${ofAbc}`],
    ["with a letter that is not hex", ofAbc.replace("b", "g")]
  ])("is refused %s", (_, text) => {
    expect(isDigest(text)).toBe(false)
    expect(() => digest(text)).toThrow(TypeError)
  })

  it("of pieces is the digest of the whole, however it was cut", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 9 })), (pieces) => {
        const seen = hasher()
        for (const piece of pieces) seen.update(piece)
        const whole = Buffer.concat(pieces)
        expect(seen.size()).toBe(whole.length)
        expect(seen.digest()).toBe(ofBytes(whole))
      })
    )
  })
})
