import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { parseAddHost } from "../../../src/argv/values/add-host.ts"
import { parseDns, parseDnsSearch } from "../../../src/argv/values/dns.ts"
import { isIPv4, isIPv6 } from "../../../src/argv/values/ip.ts"
import { parseNetwork } from "../../../src/argv/values/network.ts"

describe("addresses", () => {
  it("of both families are told from what looks like them", () => {
    fc.assert(fc.property(fc.ipV4(), (text) => isIPv4(text)))
    fc.assert(fc.property(fc.ipV6(), (text) => isIPv6(text)))
    const near = [
      "1.2.3",
      "1.2.3.256",
      "01.2.3.4",
      "1.2.3.4.5",
      ":::1",
      "1::2::3",
      "12345::",
      "1:2:3:4:5:6:7",
      "::1%",
      ""
    ]
    expect(near.filter((text) => isIPv4(text) || isIPv6(text))).toEqual([])
    expect(["::", "::1", "::ffff:1.2.3.4", "fe80::1%eth0", "1:2:3:4:5:6:7::"].filter((text) => !isIPv6(text))).toEqual(
      []
    )
  })
})

describe("--add-host", () => {
  it.each([
    ["a=1.2.3.4", "a", "1.2.3.4"],
    ["a:1.2.3.4", "a", "1.2.3.4"],
    ["a:::1", "a", "::1"],
    ["a:[::1]", "a", "::1"],
    ["a=[2001:db8::1]", "a", "2001:db8::1"],
    ["a:host-gateway", "a", "host-gateway"]
  ])("reads %s", (text, host, address) => {
    expect(parseAddHost(text)).toEqual({ ok: true, value: { host, address } })
  })

  it.each([
    ["a", 'bad format for add-host: "a"'],
    [":1.2.3.4", 'bad format for add-host: ":1.2.3.4"'],
    ["a:", 'invalid IP address in add-host: ""'],
    ["a:b", 'invalid IP address in add-host: "b"'],
    ["a:1.2.3.4:5", 'invalid IP address in add-host: "1.2.3.4:5"']
  ])("refuses %s", (text, problem) => {
    expect(parseAddHost(text)).toEqual({ ok: false, problem })
  })
})

describe("--dns and --dns-search", () => {
  it("read addresses and domains", () => {
    expect(parseDns("1.1.1.1")).toEqual({ ok: true, value: "1.1.1.1" })
    expect(parseDns("x")).toEqual({ ok: false, problem: "IP address is not correctly formatted: x" })
    expect(parseDnsSearch(".")).toMatchObject({ ok: true })
    expect(parseDnsSearch("corp.example")).toMatchObject({ ok: true })
    expect(parseDnsSearch("a b")).toEqual({ ok: false, problem: "a b is not a valid domain" })
  })
})

describe("--network", () => {
  it("takes a name, or a long form", () => {
    expect(parseNetwork("container:web")).toMatchObject({ ok: true, value: { name: "container:web" } })
    expect(parseNetwork("name=front,alias=a,alias=b,ip=10.0.0.5,driver-opt=x=y,gw-priority=-1")).toEqual({
      ok: true,
      value: { name: "front", aliases: ["a", "b"], ip: "10.0.0.5", driverOptions: { x: "y" }, gatewayPriority: -1 }
    })
  })

  it("refuses unknown keys and long forms without a name", () => {
    expect(parseNetwork("name=a,foo=b")).toEqual({ ok: false, problem: "invalid field key foo" })
    expect(parseNetwork("name=a,ip=x")).toEqual({ ok: false, problem: "invalid value for ip: x" })
    expect(parseNetwork("alias=b")).toEqual({ ok: false, problem: "network name/id is not specified" })
  })
})
