import { decodeAttributes, decodeMessages, encodeAttributes, joined, type Message } from "@gantry/linux/netlink/message"
import { describe, expect, it } from "vitest"
import { forgetFlow, getFlows, udpPortOf } from "../src/flow-messages.ts"

const bytes = (...values: ReadonlyArray<number>) => Uint8Array.from(values)
const source = { type: 1, value: bytes(192, 0, 2, 2) }
const destination = { type: 2, value: bytes(192, 0, 2, 1) }

/** A flow as the kernel tells of it: where it began, where answers come from, and how long it lasts. */
const flow = (protocol: number, family = 2): Message => {
  const tuple = (port: number) => [
    { type: 1, value: [source, destination] },
    {
      type: 2,
      value: [
        { type: 1, value: bytes(protocol) },
        { type: 2, value: bytes(0x9c, 0x40) },
        { type: 3, value: bytes(port >> 8, port & 255) }
      ]
    }
  ]
  const parts = [
    { type: 1, value: tuple(5353) },
    { type: 2, value: tuple(53) },
    { type: 7, value: bytes(0, 0, 0, 30) }
  ]
  return { type: 0x100, flags: 0, sequence: 1, body: joined([bytes(family, 0, 0, 0), encodeAttributes(parts)]) }
}

describe("flows", () => {
  it("are asked for by family, protocol and port", () => {
    const asked = (port?: number) => {
      const [request] = decodeMessages(getFlows(10, port))
      expect(request).toMatchObject({ type: 0x101, flags: 0x301 })
      expect(request?.body[0]).toBe(10)
      const attributes = decodeAttributes(request?.body.subarray(4) ?? bytes())
      const protocol = decodeAttributes(decodeAttributes(attributes.get(1) ?? bytes()).get(2) ?? bytes())
      const flags = decodeAttributes(attributes.get(25) ?? bytes()).get(1)
      return { protocol: [...protocol].map(([type, value]) => [type, ...value]), flags: flags?.[0] }
    }
    expect(asked(5353)).toEqual({
      protocol: [
        [1, 17],
        [3, 0x14, 0xe9]
      ],
      flags: 0b101000
    })
    expect(asked()).toEqual({ protocol: [[1, 17]], flags: 0b1000 })
  })

  it("are known by the UDP port they began with, not by the one behind the translation", () => {
    expect(udpPortOf(flow(17))).toBe(5353)
    expect(udpPortOf(flow(6))).toBeUndefined()
    expect(udpPortOf({ type: 3, flags: 0, sequence: 1, body: bytes(0, 0, 0, 0) })).toBeUndefined()
  })

  it("are forgotten by the way they began", () => {
    const [request] = decodeMessages(forgetFlow(flow(17)))
    expect([2, 10].map((family) => decodeMessages(forgetFlow(flow(17, family)))[0]?.body[0])).toEqual([2, 10])
    const began = decodeAttributes(flow(17).body.subarray(4)).get(1)
    expect(request).toMatchObject({ type: 0x102, flags: 0x5 })
    expect([...decodeAttributes(request?.body.subarray(4) ?? bytes())]).toEqual([[1, began]])
  })
})
