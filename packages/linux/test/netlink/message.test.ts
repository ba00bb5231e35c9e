import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  decodeAttributes,
  decodeMessages,
  encodeAttributes,
  encodeMessage,
  joined,
  NLMSG_DONE,
  NLMSG_ERROR,
  numberAttribute,
  numberOf,
  textAttribute,
  textOf,
  verdictOf
} from "../../src/netlink/message.ts"

const said = (flags: number, ...parts: ReadonlyArray<Uint8Array>) =>
  verdictOf({ type: NLMSG_ERROR, flags, sequence: 1, body: joined(parts) })

const number16 = fc.integer({ min: 0, max: 0x3fff })

describe("netlink messages", () => {
  it("have the layout of netlink(7), padded to four bytes", () => {
    const body = encodeAttributes([textAttribute(3, "lo"), { type: 18, value: [textAttribute(1, "veth")] }])
    expect(Buffer.from(body).toString("hex")).toBe(
      ["070003006c6f0000", "10001280", "090001007665746800000000"].join("")
    )
    const whole = encodeMessage({ type: 16, flags: 5, sequence: 7, body: body.subarray(0, 7) })
    expect([...whole.subarray(0, 16)]).toEqual([23, 0, 0, 0, 16, 0, 5, 0, 7, 0, 0, 0, 0, 0, 0, 0])
    expect(whole.length).toBe(24)
  })

  it("that are written one behind the other are read one by one", () => {
    const message = fc.record({
      type: number16,
      flags: number16,
      sequence: fc.nat(0xffffffff),
      body: fc.uint8Array({ maxLength: 21 })
    })
    fc.assert(
      fc.property(fc.array(message), (messages) => {
        expect(decodeMessages(joined(messages.map(encodeMessage)))).toEqual(messages)
      })
    )
  })

  it("that are cut short give the whole ones before the cut", () => {
    const one = encodeMessage({ type: 16, flags: 0, sequence: 1, body: new Uint8Array(8) })
    fc.assert(
      fc.property(fc.nat(one.length - 1), (cut) => {
        expect(decodeMessages(joined([one, one.subarray(0, cut)])).length).toBe(1)
      })
    )
  })

  it("have attributes that come back by number", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(number16, fc.uint8Array({ maxLength: 9 })), { selector: ([type]) => type }),
        (pairs) => {
          const bytes = encodeAttributes(pairs.map(([type, value]) => ({ type, value })))
          expect([...decodeAttributes(bytes)]).toEqual(pairs)
        }
      )
    )
  })

  it("carry numbers of 32 bits and text up to its zero byte", () => {
    const attributes = decodeAttributes(encodeAttributes([numberAttribute(4, 0xfffffffe), textAttribute(3, "eth0")]))
    expect(numberOf(attributes.get(4))).toBe(0xfffffffe)
    expect(textOf(attributes.get(3))).toBe("eth0")
    expect(textOf(undefined)).toBe("")
    expect(numberOf(Uint8Array.of(1))).toBeUndefined()
  })

  it("say what went wrong, with the kernel's note behind a capped or a complete echo of the request", () => {
    const errno = new Uint8Array(Int32Array.of(-17).buffer)
    const request = encodeMessage({ type: 16, flags: 0, sequence: 1, body: new Uint8Array(6) })
    const note = encodeAttributes([textAttribute(1, "name taken")])
    expect(said(0x300, errno, request.subarray(0, 16), note)).toEqual({ errno: 17, note: "name taken" })
    expect(said(0x200, errno, request, note)).toEqual({ errno: 17, note: "name taken" })
    expect(said(0x100, errno, request.subarray(0, 16))).toEqual({ errno: 17, note: "" })
    expect(verdictOf({ type: NLMSG_DONE, flags: 2, sequence: 1, body: new Uint8Array(4) }).errno).toBe(0)
  })
})
