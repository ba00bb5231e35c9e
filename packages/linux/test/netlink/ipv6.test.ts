import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { canonicalIPv6, formatIPv6, parseIPv6 } from "../../src/netlink/ipv6.ts"

const bytes = fc.oneof(
  fc.uint8Array({ minLength: 16, maxLength: 16 }),
  // Many zeros, so that there are rows of them to choose from.
  fc.array(fc.constantFrom(0, 0, 0, 1, 255), { minLength: 16, maxLength: 16 }).map((each) => Uint8Array.from(each))
)

describe("IPv6 addresses", () => {
  it("that are printed and parsed again are the same", () => {
    fc.assert(
      fc.property(bytes, (each) => {
        expect(parseIPv6(formatIPv6(each))).toEqual(each)
      })
    )
  })

  it("are spelled as others spell them", () => {
    fc.assert(
      fc.property(bytes, (each) => {
        const full = Buffer.from(each).toString("hex").match(/.{4}/g)?.join(":") ?? ""
        // What has an IPv4 address inside, other programs spell in several ways.
        fc.pre(!full.startsWith("0000:0000:0000:0000:0000:"))
        // Spec: URL Standard, "IPv6 serializer"; the same on every runtime.
        expect(canonicalIPv6(full)).toBe(new URL(`http://[${full}]/`).hostname.slice(1, -1))
      })
    )
  })

  it("have one spelling", () => {
    const spellings = {
      "FD00:0:0::0:5": "fd00::5",
      "0:0:0:0:0:0:0:1": "::1",
      "::": "::",
      "1:0:2:0:0:3:0:0": "1:0:2::3:0:0"
    }
    for (const [text, one] of Object.entries(spellings)) expect(canonicalIPv6(text)).toBe(one)
    expect(canonicalIPv6("::ffff:1.2.3.4")).toBe("::ffff:1.2.3.4")
    expect(canonicalIPv6("64:ff9b::1.2.3.4")).toBe("64:ff9b::102:304")
    // A single group of zeros is not shortened. Spec: RFC 5952, 4.2.2.
    expect(canonicalIPv6("1:2:3:0:5:6:7:8")).toBe("1:2:3:0:5:6:7:8")
  })

  it("of any other form are refused", () => {
    const wrong = ["", ":", ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::", "g::", "fe80::1%eth0"]
    const more = ["1.2.3.4", "1.2.3.4::", "::1.2.3", "::1.2.3.4:5", "1:2:3:4:5:6:7:8::", " ::1", "[::1]", "::1/64"]
    expect([...wrong, ...more].filter((text) => parseIPv6(text) !== undefined)).toEqual([])
  })
})
