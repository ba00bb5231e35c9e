import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { fractions } from "@gantry/laws/samples/bytes"
import { candidatePorts, clash, flexible, type HostPort, hostIpOf, parsePortRange } from "../src/port-choice.ts"

const port = (hostIp: string, hostPort = 80, protocol: HostPort["protocol"] = "tcp"): HostPort => ({
  hostIp,
  hostPort,
  protocol
})
const all = { first: 32_768, last: 32_771 }

describe("clash", () => {
  it("sees the same address, and all addresses against any", () => {
    expect(clash(port("127.0.0.1"), port("127.0.0.1"))).toBe(true)
    expect(clash(port("0.0.0.0"), port("127.0.0.1"))).toBe(true)
    expect(clash(port("::1"), port("0.0.0.0"))).toBe(true)
  })

  it("lets different addresses, ports and protocols live side by side", () => {
    expect(clash(port("127.0.0.1"), port("127.0.0.2"))).toBe(false)
    expect(clash(port("0.0.0.0", 80), port("0.0.0.0", 81))).toBe(false)
    expect(clash(port("0.0.0.0", 80, "tcp"), port("0.0.0.0", 80, "udp"))).toBe(false)
  })
})

describe("candidatePorts", () => {
  it("has one candidate when the port is given", () => {
    expect([...candidatePorts({ hostPort: 80 }, all, 0.5)]).toEqual([80])
  })

  it("goes through a range from its beginning", () => {
    expect([...candidatePorts({ hostPort: { first: 8000, last: 8002 } }, all, 0.9)]).toEqual([8000, 8001, 8002])
  })

  it("goes once round what the kernel hands out, from anywhere, when no port or port 0 is given", () => {
    fc.assert(
      fc.property(fractions, fc.constantFrom({}, { hostPort: 0 }), (beginning, request) => {
        const candidates = [...candidatePorts(request, all, beginning)]
        expect(candidates.toSorted((a, b) => a - b)).toEqual([32_768, 32_769, 32_770, 32_771])
      })
    )
    expect([...candidatePorts({}, all, 0.5)]).toEqual([32_770, 32_771, 32_768, 32_769])
  })
})

describe("requests", () => {
  it("mean all addresses when they name none", () => {
    expect([{}, { hostIp: "" }, { hostIp: "::" }, { hostIp: "0.0.0.0" }].map(hostIpOf)).toEqual(
      Array(4).fill("0.0.0.0")
    )
    expect([{ hostIp: "[::1]" }, { hostIp: "192.0.2.1" }].map(hostIpOf)).toEqual(["::1", "192.0.2.1"])
  })

  it("mean one address however it is spelled", () => {
    expect(["::1", "[0:0:0::0:1]", "2001:DB8::0", "0::0"].map((hostIp) => hostIpOf({ hostIp }))).toEqual([
      "::1",
      "::1",
      "2001:db8::",
      "0.0.0.0"
    ])
  })

  it("leave a choice unless they name one port", () => {
    expect([{}, { hostPort: 0 }, { hostPort: { first: 1, last: 2 } }].map(flexible)).toEqual([true, true, true])
    expect([{ hostPort: 80 }, { hostPort: { first: 80, last: 80 } }].map(flexible)).toEqual([false, false])
  })
})

describe("parsePortRange", () => {
  it("reads two numbers and falls back to what kernels do", () => {
    expect(parsePortRange("15000\t15999\n")).toEqual({ first: 15_000, last: 15_999 })
    for (const text of ["", "x y", "5 1", "1 70000"])
      expect(parsePortRange(text)).toEqual({ first: 32_768, last: 60_999 })
  })
})
