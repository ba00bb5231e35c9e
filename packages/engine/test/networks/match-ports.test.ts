import type { PortRequest, PublishedPort } from "@gantry/core/network/Network"
import { describe, expect, it } from "vitest"
import { withoutPorts } from "../../src/networks/match-ports.ts"

const any: PortRequest = { containerPort: 80, protocol: "tcp" }
const port: PublishedPort = { ...any, hostIp: "127.0.0.1", hostPort: 8080, protocol: "tcp" }

describe("withoutPorts", () => {
  it("takes away the request that left the address to the network", () => {
    expect(withoutPorts([{ ...any, hostPort: 8080 }], [port])).toEqual([])
    expect(withoutPorts([any], [port])).toEqual([])
  })

  it("prefers the request that names the address", () => {
    expect(withoutPorts([any, { ...any, hostIp: "127.0.0.1" }], [port])).toEqual([any])
  })

  it("leaves a request for another address alone", () => {
    const other = { ...any, hostIp: "127.0.0.2" }
    expect(withoutPorts([other], [port])).toEqual([other])
  })
})
