import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  encodeControl,
  encodeEvent,
  encodeFrame,
  encodeFrames,
  frameType,
  type FrameType,
  jsonOf,
  longestPayload,
  makeDecoder
} from "../../src/supervisor/protocol.ts"

const frame = fc.record({
  type: fc.constantFrom<FrameType>(...Object.values(frameType)),
  payload: fc.uint8Array({ maxLength: 50 })
})

describe("frames", () => {
  it("come out as they went in, however the bytes are cut", () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 6 }), fc.array(fc.nat(400), { maxLength: 8 }), (frames, cuts) => {
        const bytes = Buffer.concat(frames.map(({ payload, type }) => encodeFrame(type, payload)))
        const edges = [0, ...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b), bytes.length]
        const decode = makeDecoder()
        const out = edges.slice(1).flatMap((end, index) => decode(new Uint8Array(bytes.subarray(edges[index], end))))
        expect(out.map(({ payload, type }) => ({ type, payload: [...payload] }))).toEqual(
          frames.map(({ payload, type }) => ({ type, payload: [...payload] }))
        )
      })
    )
  })

  it("carry bytes that are longer than one frame in several", () => {
    const bytes = new Uint8Array(longestPayload + 3).fill(7)
    const decode = makeDecoder()
    const frames = encodeFrames(frameType.stdout, bytes).flatMap(decode)
    expect(frames.map(({ payload }) => payload.length)).toEqual([longestPayload, 3])
  })

  it("are refused when the bytes are something else", () => {
    expect(() => makeDecoder()(new TextEncoder().encode("GET / HTTP/1.1\r\n"))).toThrow("does not speak in frames")
    expect(() => makeDecoder()(Uint8Array.of(1, 0xff, 0xff, 0xff, 0xff))).toThrow("does not speak in frames")
  })

  it("carry events and controls as JSON", () => {
    const decode = makeDecoder()
    const event = { type: "exited", exit: { code: 3, oomKilled: false } } as const
    const control = { type: "resize", rows: 3, columns: 4 } as const
    expect(decode(encodeEvent(event)).map(({ payload }) => jsonOf(payload))).toEqual([event])
    expect(decode(encodeControl(control)).map(({ payload }) => jsonOf(payload))).toEqual([control])
  })
})
