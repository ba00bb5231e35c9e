import { describe, expect, it } from "vitest"
import { makeRecording } from "../../src/ffi/recording.ts"
import { encodeMessage, joined, type Message, NLMSG_DONE, NLMSG_ERROR } from "../../src/netlink/message.ts"
import { allLinks, getLink } from "../../src/netlink/link-messages.ts"
import { openRouteSocket } from "../../src/netlink/route-socket.ts"

const acknowledged = new Uint8Array(20)
const row = (sequence: number, flags = 2): Message => ({ type: 16, flags, sequence, body: new Uint8Array(16) })

const done = (sequence: number): Message => ({ type: NLMSG_DONE, flags: 2, sequence, body: new Uint8Array(4) })

/** A kernel that answers with these datagrams, in order. */
const scripted = (datagrams: ReadonlyArray<ReadonlyArray<Message>>) => {
  const left = [...datagrams]
  return makeRecording({
    recvfrom: (_fd, into) => {
      const bytes = joined((left.shift() ?? []).map(encodeMessage))
      into.set(bytes)
      return bytes.length
    }
  })
}

describe("a connection to the network tables", () => {
  it("ignores answers to earlier requests", () => {
    const { syscalls } = scripted([
      [row(99), { type: NLMSG_ERROR, flags: 0, sequence: 99, body: new Uint8Array(Int32Array.of(-1).buffer) }],
      [row(1), { type: NLMSG_ERROR, flags: 0, sequence: 1, body: acknowledged }]
    ])
    expect(openRouteSocket(syscalls).request(getLink("lo")).length).toBe(1)
  })

  it("reads a table that comes in several pieces", () => {
    const { syscalls } = scripted([
      [row(1), row(1)],
      [row(1)],
      [{ type: NLMSG_DONE, flags: 2, sequence: 1, body: new Uint8Array(4) }]
    ])
    expect(openRouteSocket(syscalls).dump(allLinks).length).toBe(3)
  })

  it("reads a table again when it changed in between", () => {
    const { syscalls } = scripted([
      [row(1, 0x12), row(1), done(1)],
      [row(2), done(2)]
    ])
    expect(openRouteSocket(syscalls).dump(allLinks).length).toBe(1)
  })

  it("is closed when its options are refused", () => {
    const { syscalls, calls, failNext } = makeRecording()
    failNext("setsockopt", "EPERM")
    expect(() => openRouteSocket(syscalls)).toThrow("EPERM")
    expect(calls.at(-1)).toBe("close(100)")
  })

  it("is closed once", () => {
    const { syscalls, calls } = makeRecording()
    const socket = openRouteSocket(syscalls)
    socket.close()
    socket.close()
    expect(calls.filter((call) => call.startsWith("close")).length).toBe(1)
  })
})
