import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { isAddress, parsePort, portsOf } from "@gantry/compose/texts/port-text"
import { parseVolume } from "@gantry/compose/texts/volume-text"
import { splitWords } from "@gantry/compose/texts/words"

const port = (text: string) => {
  const parsed = parsePort(text)
  return "problem" in parsed ? parsed.problem : portsOf(parsed.value)
}

describe("parsePort", () => {
  it.each([
    ["80", [{ target: 80, protocol: "tcp" }]],
    ["8080:80", [{ target: 80, published: "8080", protocol: "tcp" }]],
    ["8080:80/UDP", [{ target: 80, published: "8080", protocol: "udp" }]],
    ["0:80", [{ target: 80, published: "0", protocol: "tcp" }]],
    ["127.0.0.1::80", [{ target: 80, hostIp: "127.0.0.1", protocol: "tcp" }]],
    ["127.0.0.1:81:80", [{ target: 80, published: "81", hostIp: "127.0.0.1", protocol: "tcp" }]],
    ["[::1]:81:80", [{ target: 80, published: "81", hostIp: "::1", protocol: "tcp" }]],
    ["::1:81:80", [{ target: 80, published: "81", hostIp: "::1", protocol: "tcp" }]],
    ["90-92:80", [{ target: 80, published: "90-92", protocol: "tcp" }]]
  ])("reads %s", (text, ports) => {
    expect(port(text)).toEqual(ports)
  })

  it("counts ports of the host up beside those of the container", () => {
    expect(port("127.0.0.1:8000-8001:80-81/udp")).toEqual([
      { target: 80, published: "8000", hostIp: "127.0.0.1", protocol: "udp" },
      { target: 81, published: "8001", hostIp: "127.0.0.1", protocol: "udp" }
    ])
    expect(port("80-82")).toHaveLength(3)
  })

  it.each([
    "",
    "a",
    "80:",
    "0",
    "65536",
    "80/icmp",
    "8000-8003:80-81",
    "82-80",
    "1.2.3:80:80",
    "80:80/tcp/udp",
    "x:1:2",
    "-1"
  ])("refuses %j", (text) => {
    expect(port(text)).toContain("is not a port")
  })

  it("never throws, and gives only ports that exist", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."0123456789:-/.[]tcpud ") }), (text) => {
        const parsed = parsePort(text)
        const ports = "problem" in parsed ? [] : portsOf(parsed.value)
        for (const { target } of ports) expect(target > 0 && target < 65_536).toBe(true)
      })
    )
  })
})

describe("isAddress", () => {
  it.each(["0.0.0.0", "255.1.20.3", "::", "fe80::1%eth0", "::ffff:1.2.3.4"])("knows %s", (text) => {
    expect(isAddress(text)).toBe(true)
  })

  it.each(["256.0.0.1", "1.2.3", "1.2.3.4.", "1.2.3.4.5", "host", "", "01.2.3.4"])("refuses %j", (text) => {
    expect(isAddress(text)).toBe(false)
  })
})

describe("parseVolume", () => {
  it.each([
    ["/data", { type: "volume", target: "/data" }],
    ["data:/data", { type: "volume", source: "data", target: "/data" }],
    ["./a:/b:ro,z", { type: "bind", source: "./a", target: "/b", readOnly: true, selinux: "z" }],
    ["~/a:/b:rw,rslave", { type: "bind", source: "~/a", target: "/b", propagation: "rslave" }],
    ["..:/b:cached", { type: "bind", source: "..", target: "/b" }],
    ["data:/data:nocopy", { type: "volume", source: "data", target: "/data", nocopy: true }]
  ])("reads %s", (text, value) => {
    expect(parseVolume(text)).toEqual({ value })
  })

  it.each([":/b", "a:", "a:/b:ro:x", "a:/b:r"])("refuses %j", (text) => {
    expect(parseVolume(text)).toHaveProperty("problem")
  })

  it("knows which option was meant", () => {
    expect(parseVolume("a:/b:rprivat")).toMatchObject({ hint: "did you mean rprivate?" })
  })
})

describe("splitWords", () => {
  it.each([
    ["", []],
    ["  a   b\tc\n", ["a", "b", "c"]],
    [`sh -c "echo \\"x\\" 'y'"`, ["sh", "-c", `echo "x" 'y'`]],
    [`'a "b" \\c'd`, [`a "b" \\cd`]],
    [`a\\ b "" ''`, ["a b", "", ""]],
    [`"a\\nb"`, ["a\\nb"]],
    ["a && b; c | d", ["a", "&&", "b;", "c", "|", "d"]],
    ["a\\", ["a\\"]]
  ])("splits %j", (text, value) => {
    expect(splitWords(text)).toEqual({ value })
  })

  it("refuses a quote that is not closed", () => {
    expect(splitWords("a 'b")).toEqual({ problem: "the quote ' is not closed" })
    expect(splitWords('a "b\\"')).toHaveProperty("problem")
  })

  it("splits what was quoted into the same words", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (words) => {
        const text = words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ")
        expect(splitWords(text)).toEqual({ value: words })
      })
    )
  })
})
