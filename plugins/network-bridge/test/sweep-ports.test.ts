import { describe, expect, it } from "vitest"
import { abandoned } from "../src/sweep-ports.ts"

describe("forwarded ports", () => {
  it("are abandoned when nobody listens at their other end, of the same protocol", () => {
    const forwarded = [
      { id: 1, proto: "tcp", guest_port: 4000 },
      { id: 2, proto: "udp", guest_port: 4000 },
      { id: 3, proto: "tcp", guest_port: 4001 }
    ]
    const listening = (protocol: string) => new Set(protocol === "tcp" ? [4000] : [4001])
    expect(abandoned(forwarded, listening).map(({ id }) => id)).toEqual([2, 3])
  })
})
