import { decodeAttributes, decodeMessages, encodeAttributes, joined, textOf } from "@gantry/linux/netlink/message"
import { describe, expect, it } from "vitest"
import { changeElements, getChain, getTable, isMarked, mentions, policyOf } from "../src/nft-messages.ts"
import type { Translation } from "../src/translations.ts"

const element: Translation = {
  family: "ip",
  hostPort: 8080,
  containerPort: 80,
  protocol: "tcp",
  address: "172.17.0.2"
}
const attributes = (body: Uint8Array) => decodeAttributes(body.subarray(4))
const inner = (bytes: Uint8Array | undefined, ...path: ReadonlyArray<number>) =>
  path.reduce<Uint8Array>((at, type) => decodeAttributes(at).get(type) ?? new Uint8Array(0), bytes ?? new Uint8Array(0))
const answer = (...list: Parameters<typeof encodeAttributes>[0]) => ({
  type: 0,
  flags: 0,
  sequence: 1,
  body: joined([new Uint8Array(4), encodeAttributes(list)])
})
const text = (value: string) => new TextEncoder().encode(value)

describe("questions", () => {
  it("name the table, and the chain, and their family", () => {
    const [table] = decodeMessages(getTable("gantry", "ip"))
    expect([table?.type, table?.body[0], textOf(attributes(table?.body ?? text("")).get(1))]).toEqual([
      0x0a01,
      2,
      "gantry"
    ])
    const [chain] = decodeMessages(getChain("filter", "DOCKER-USER", "ip"))
    expect([chain?.type, textOf(attributes(chain?.body ?? text("")).get(3))]).toEqual([0x0a04, "DOCKER-USER"])
    expect(decodeMessages(getTable("gantry", "ip6"))[0]?.body[0]).toBe(10)
  })
})

describe("changeElements", () => {
  it("puts all changes between the two ends of a transaction", () => {
    const messages = decodeMessages(changeElements("add", "gantry", [element, { ...element, hostPort: 1 }]))
    expect(messages.map(({ type }) => type)).toEqual([0x10, 0x0a0c, 0x0a0c, 0x11])
    expect(messages.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3])
  })

  it("spells key and value as the kernel compares them", () => {
    const [, change] = decodeMessages(changeElements("add", "gantry", [element]))
    const parts = attributes(change?.body ?? text(""))
    expect(textOf(parts.get(2))).toBe("every_address")
    expect([...inner(parts.get(3), 1, 1, 1)]).toEqual([6, 0, 0, 0, 0x1f, 0x90, 0, 0])
    expect([...inner(parts.get(3), 1, 2, 1)]).toEqual([172, 17, 0, 2, 0, 80, 0, 0])
  })

  it("fills whole words with IPv6 addresses, in a table of their own family", () => {
    const six: Translation = { ...element, family: "ip6", hostIp: "2001:db8::1", address: "fd00:7::2" }
    const [, change] = decodeMessages(changeElements("add", "gantry", [six]))
    const parts = attributes(change?.body ?? text(""))
    const [host, container] = ["20010db8000000000000000000000001", "fd000007000000000000000000000002"]
    expect(change?.body[0]).toBe(10)
    expect(textOf(parts.get(2))).toBe("one_address")
    expect(Buffer.from(inner(parts.get(3), 1, 1, 1)).toString("hex")).toBe(`06000000${host}1f900000`)
    expect(Buffer.from(inner(parts.get(3), 1, 2, 1)).toString("hex")).toBe(`${container}00500000`)
  })

  it("puts an address of the host into the key of the other map, and needs no value to delete", () => {
    const [, change] = decodeMessages(
      changeElements("delete", "gantry", [{ ...element, hostIp: "127.0.0.1", protocol: "udp" }])
    )
    const parts = attributes(change?.body ?? text(""))
    expect(change?.type).toBe(0x0a0e)
    expect(textOf(parts.get(2))).toBe("one_address")
    expect([...inner(parts.get(3), 1, 1, 1)]).toEqual([17, 0, 0, 0, 127, 0, 0, 1, 0x1f, 0x90, 0, 0])
    expect(inner(parts.get(3), 1, 2).length).toBe(0)
  })
})

describe("answers", () => {
  it("are looked through for a comment, and not for a name", () => {
    const table = answer({ type: 1, value: text("gantry 123\0") }, { type: 6, value: text("\0\u0009gantry abc\0") })
    expect([isMarked(table, "gantry abc"), isMarked(table, "gantry 123")]).toEqual([true, false])
    expect(isMarked(answer({ type: 1, value: text("gantry abc\0") }), "gantry abc")).toBe(false)
    expect(mentions(table, "gantry 123")).toBe(true)
  })

  it("tell what a base chain does by default", () => {
    expect(policyOf(answer({ type: 5, value: Uint8Array.from([0, 0, 0, 0]) }))).toBe("drop")
    expect(policyOf(answer({ type: 5, value: Uint8Array.from([0, 0, 0, 1]) }))).toBe("accept")
    expect(policyOf(answer())).toBeUndefined()
  })
})
