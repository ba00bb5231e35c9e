import { canonicalIPv6 } from "@gantry/linux/netlink/ipv6"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { parseExpose } from "../../../src/argv/values/expose.ts"
import { parsePublish, type Publication } from "../../../src/argv/values/publish.ts"

const tcp = (containerPort: number, hostPort: Publication["hostPort"], hostIp?: string): Publication => ({
  ...(hostIp === undefined ? {} : { hostIp }),
  hostPort,
  containerPort,
  protocol: "tcp"
})

describe("--publish", () => {
  const accepted: ReadonlyArray<readonly [string, ReadonlyArray<Publication>]> = [
    ["80", [tcp(80, undefined)]],
    [":80", [tcp(80, undefined)]],
    ["80:8080", [tcp(8080, 80)]],
    ["0:80", [tcp(80, undefined)]],
    ["127.0.0.1:80:80", [tcp(80, 80, "127.0.0.1")]],
    ["127.0.0.1::80", [tcp(80, undefined, "127.0.0.1")]],
    ["[::1]:80:80", [tcp(80, 80, "::1")]],
    ["::1:80:80", [tcp(80, 80, "::1")]],
    ["[0:0::0:1]:80:80", [tcp(80, 80, "::1")]],
    ["8000-8010:80", [tcp(80, { first: 8000, last: 8010 })]],
    [
      "8000-8002:9000-9002/udp",
      [0, 1, 2].map((at) => ({ hostPort: 8000 + at, containerPort: 9000 + at, protocol: "udp" }) as const)
    ],
    ["80-82", [80, 81, 82].map((port) => tcp(port, undefined))],
    ["80:80/SCTP", [{ hostPort: 80, containerPort: 80, protocol: "sctp" }]],
    ["80/", [tcp(80, undefined)]],
    ["1.2.3.4:5-6:7", [tcp(7, { first: 5, last: 6 }, "1.2.3.4")]],
    ["published=8080,target=80,protocol=tcp", [tcp(80, 8080)]],
    ["target=80", [tcp(80, undefined)]],
    ["target=80,mode=host", [tcp(80, undefined)]],
    ["target=80,mode=proxy", [{ ...tcp(80, undefined), proxied: true }]],
    ["target=80,mode=nat", [{ ...tcp(80, undefined), proxied: false }]]
  ]
  it.each(accepted)("reads %s", (text, publications) => {
    expect(parsePublish(text)).toEqual({ ok: true, value: publications })
  })

  it.each([
    ["70000:80", "invalid hostPort: 70000"],
    ["host:80:80", "invalid IP address: host"],
    ["80:", "no port specified: 80:<empty>"],
    ["", "no port specified: <empty>"],
    ["8000-8002:90-93", "invalid ranges specified for container and host Ports: 90-93 and 8000-8002"],
    ["80:80/foo", "invalid proto: foo"],
    ["a:b", "invalid containerPort: b"],
    ["82-80", "invalid containerPort: 82-80"],
    ["80:0", "invalid containerPort: 0"],
    ["80:65536", "invalid containerPort: 65536"],
    ["-1:80", "invalid hostPort: -1"],
    ["127.0.0.1:x:80", "invalid hostPort: x"],
    ["target=80,mode=foo", "invalid publish mode value (foo): it is nat or proxy"],
    ["target=80,protocol=sctp,mode=proxy", "mode=proxy is for tcp and udp"],
    ["target=80,foo=1", "invalid field key: foo"],
    ["target=80,constructor=1", "invalid field key: constructor"],
    ["published=8080", "no port specified: published=8080<empty>"]
  ])("refuses %s", (text, problem) => {
    expect(parsePublish(text)).toEqual({ ok: false, problem })
  })

  it("reads back what it was given, for any address and ports", () => {
    const port = fc.integer({ min: 1, max: 65535 })
    const address = fc.oneof(fc.ipV4(), fc.ipV6())
    fc.assert(
      fc.property(address, port, port, fc.boolean(), (hostIp, hostPort, containerPort, bracketed) => {
        const written = bracketed ? `[${hostIp}]` : hostIp
        expect(parsePublish(`${written}:${hostPort}:${containerPort}`)).toEqual({
          ok: true,
          value: [tcp(containerPort, hostPort, canonicalIPv6(hostIp) ?? hostIp)]
        })
      })
    )
  })

  it("pairs ranges of equal length one to one and refuses all others", () => {
    const port = fc.integer({ min: 1, max: 60000 })
    // Lengths that differ by one at most, so that equal ones are frequent.
    fc.assert(
      fc.property(port, port, fc.integer({ min: 1, max: 20 }), fc.constantFrom(-1, 0, 1), (host, inside, more, off) => {
        const pairs = Array.from({ length: more + 1 }, (_, at) => tcp(inside + at, host + at))
        expect(parsePublish(`${host}-${host + more + off}:${inside}-${inside + more}`)).toMatchObject(
          off === 0 ? { ok: true, value: pairs } : { ok: false }
        )
      })
    )
  })
})

describe("--expose", () => {
  it("reads ports and ranges with a protocol", () => {
    expect(parseExpose("80")).toEqual({ ok: true, value: [{ port: 80, protocol: "tcp" }] })
    expect(parseExpose("53-54/UDP")).toEqual({
      ok: true,
      value: [
        { port: 53, protocol: "udp" },
        { port: 54, protocol: "udp" }
      ]
    })
  })

  it.each(["x", "1-", "90000", "5-3", "80/foo", ""])("refuses %s", (text) => {
    expect(parseExpose(text).ok).toBe(false)
  })
})
