import { describe, expect, it } from "vitest"
import { openToUsers } from "../../src/container/open-to-users.ts"

const maps = { uids: [], gids: [] }
const open = (spec: Partial<Parameters<typeof openToUsers>[0]> = {}) =>
  openToUsers({ sysctls: {}, wiring: [], ...spec })

describe("what users of a container may do on its network", () => {
  it("is to listen on low ports and to ping", () => {
    expect(open()).toEqual({
      "net.ipv4.ip_unprivileged_port_start": "0",
      "net.ipv4.ping_group_range": "0 2147483647"
    })
  })

  it("is what was asked for, in either notation", () => {
    const sysctls = { "net/ipv4/ip_unprivileged_port_start": "70", "net.ipv4.ping_group_range": "1 0" }
    expect(open({ sysctls })).toEqual({})
  })

  it("is nothing of ours where the network is the host's or another container's", () => {
    expect(open({ wiring: [{ type: "host" }] })).toEqual({})
    expect(open({ wiring: [{ type: "join", path: "/proc/1/ns/net" }] })).toEqual({})
  })

  it("says nothing of groups to a container with users of its own", () => {
    expect(open({ users: maps })).toEqual({ "net.ipv4.ip_unprivileged_port_start": "0" })
  })
})
