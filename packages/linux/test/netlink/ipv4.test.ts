import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { broadcastOf, formatIPv4, parseIPv4 } from "../../src/netlink/ipv4.ts"

const broadcast = (text: string, prefix: number) =>
  formatIPv4(broadcastOf(parseIPv4(text) ?? new Uint8Array(4), prefix))

describe("IPv4 addresses", () => {
  it("that are printed and parsed again are the same", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), (bytes) => {
        expect(parseIPv4(formatIPv4(bytes))).toEqual(bytes)
      })
    )
  })

  it("of any other form are refused", () => {
    const wrong = ["", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.4 ", "1..2.3", "::1", "0x1.2.3.4"]
    expect(wrong.filter((text) => parseIPv4(text) !== undefined)).toEqual([])
  })

  it("have the broadcast address of their subnet", () => {
    expect(broadcast("10.1.2.3", 24)).toBe("10.1.2.255")
    expect(broadcast("10.1.2.3", 20)).toBe("10.1.15.255")
    expect(broadcast("10.1.2.3", 30)).toBe("10.1.2.3")
    expect(broadcast("10.1.2.3", 32)).toBe("10.1.2.3")
    expect(broadcast("10.1.2.3", 0)).toBe("255.255.255.255")
  })
})
