import type { Attachment } from "@gantry/core/network/Network"
import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import { Either } from "effect"
import { describe, expect, it } from "vitest"
import { connect } from "../../src/containers/connect.ts"
import { makeSpec } from "../../src/containers/make-spec.ts"
import { defaults, type RunOptions } from "../../src/containers/RunOptions.ts"
import { configOf } from "../world.ts"

const specOf = (options: Partial<RunOptions> = {}): ContainerSpec =>
  Either.getOrThrow(
    makeSpec({
      id: "a".repeat(64),
      options: { ...defaults, image: "x", hostname: "web", ...options },
      image: configOf({ Cmd: ["sh"] }),
      root: { type: "directory", path: "/nowhere" },
      mounts: [],
      allCapabilities: [],
      hostName: "host"
    })
  )

const nothing = { networks: [], hosts: [], dns: [], dnsSearch: [], dnsOptions: [] }
const bridge: Attachment = {
  driver: "bridge",
  network: "bridge",
  container: "a".repeat(64),
  address: "10.0.0.2",
  prefixLength: 24,
  gateway: "10.0.0.1",
  mac: "02:42:0a:00:00:02",
  ports: [],
  wiring: [
    {
      type: "veth",
      bridge: "b",
      link: "l",
      name: "eth0",
      address: "10.0.0.2",
      prefixLength: 24,
      mac: "02:42:0a:00:00:02"
    }
  ]
}
const none: Attachment = { driver: "none", network: "none", container: "a".repeat(64), ports: [], wiring: [] }
const host = { resolvConf: "nameserver 127.0.0.53\n", upstream: "nameserver 192.0.2.1\n" }

describe("connect", () => {
  it("adds the wiring and the files that name addresses, and changes nothing else", () => {
    const spec = specOf()
    const connected = connect({ spec, options: nothing }, [bridge], host)
    const { files, wiring, ...rest } = connected
    expect(wiring).toEqual(bridge.wiring)
    expect({ ...rest, files: spec.files, wiring: spec.wiring }).toEqual(spec)
    expect(files.hostname).toBe("web\n")
    expect(files.hosts).toContain("10.0.0.2\tweb\n")
    expect(files.resolvConf).toBe("nameserver 192.0.2.1\n")
  })

  it("leads host-gateway to the gateway, or to itself where there is none", () => {
    const options = { ...nothing, hosts: [{ name: "outside", address: "host-gateway" }] }
    expect(connect({ spec: specOf(), options }, [bridge], host).files.hosts).toContain("10.0.0.1\toutside\n")
    expect(connect({ spec: specOf(), options }, [none], host).files.hosts).toContain("127.0.0.1\toutside\n")
  })

  it("writes the full name of a container with a domain", () => {
    const spec = specOf({ domainname: "example.org" })
    expect(connect({ spec, options: nothing }, [bridge], host).files.hosts).toContain("10.0.0.2\tweb.example.org web\n")
  })

  it("leads IPv6 out by a network of its own choice, and names its addresses in the hosts file", () => {
    const network = (name: string, gateway?: string, gateway6?: string): Attachment => {
      const place = { address: "10.0.0.2", prefixLength: 24, mac: "02:42:0a:00:00:02" }
      const way = gateway === undefined ? {} : { gateway }
      const way6 = gateway6 === undefined ? {} : { gateway: gateway6 }
      const ipv6 = { address: `fd00:${name}::2`, prefixLength: 64, ...way6 }
      const wiring = [{ type: "veth" as const, bridge: "b", link: name, name: "eth0", ...place, ...way, ipv6 }]
      return { driver: "bridge", network: name, container: "a", ...place, ...way, ipv6, ports: [], wiring }
    }
    const attachments = [
      network("1", "10.0.0.1"),
      network("2", "10.0.1.1", "fd00:2::1"),
      network("3", undefined, "fd00:3::1")
    ]
    const { files, wiring } = connect({ spec: specOf(), options: nothing }, attachments, host)
    const ways = wiring.flatMap((each) => (each.type === "veth" ? [[each.gateway, each.ipv6?.gateway]] : []))
    expect(ways).toEqual([
      ["10.0.0.1", undefined],
      [undefined, "fd00:2::1"],
      [undefined, undefined]
    ])
    expect(wiring.map((each) => (each.type === "veth" ? each.ipv6?.address : ""))).toEqual(
      attachments.map(({ ipv6 }) => ipv6?.address)
    )
    expect(files.hosts).toContain("10.0.0.2\tweb\nfd00:1::2\tweb\n")
  })

  it("leads the way out through the network with the highest priority, of equal ones through the first that has one", () => {
    const network = (name: string, gateway?: string): Attachment => {
      const place = { address: "10.0.0.2", prefixLength: 24, mac: "02:42:0a:00:00:02" }
      const way = gateway === undefined ? {} : { gateway }
      const wiring = [{ type: "veth" as const, bridge: "b", link: name, name: "eth0", ...place, ...way }]
      return { driver: "bridge", network: name, container: "a", ...place, ...way, ports: [], wiring }
    }
    const attachments = [network("closed"), network("one", "10.0.0.1"), network("two", "10.0.1.1")]
    const routed = (priorities: ReadonlyArray<number>) => {
      const networks = attachments.map((each, index) => ({
        network: each.network,
        aliases: [],
        priority: priorities[index] ?? 0
      }))
      const { wiring } = connect({ spec: specOf(), options: { ...nothing, networks } }, attachments, host)
      return wiring.flatMap((each) => (each.type === "veth" && each.gateway !== undefined ? [each.link] : []))
    }
    expect(routed([])).toEqual(["one"])
    expect(routed([0, 0, 1])).toEqual(["two"])
    expect(routed([9, -1, 0])).toEqual(["two"])
  })

  it("asks the host's own servers only in the host's network", () => {
    const shared: Attachment = { ...none, driver: "host", network: "host", wiring: [{ type: "host" }] }
    expect(connect({ spec: specOf(), options: nothing }, [shared], host).files.resolvConf).toBe(
      "nameserver 127.0.0.53\n"
    )
  })

  it("prefers the user's servers, search domains and options", () => {
    const options = { ...nothing, dns: ["192.0.2.9"], dnsSearch: ["corp"], dnsOptions: ["ndots:2"] }
    expect(connect({ spec: specOf(), options }, [bridge], host).files.resolvConf).toBe(
      "nameserver 192.0.2.9\nsearch corp\noptions ndots:2\n"
    )
  })

  it("leaves the files alone that would spell an empty name", () => {
    const spec = specOf({ hostname: "" })
    const { files } = connect({ spec, options: nothing }, [bridge], host)
    expect(files).not.toHaveProperty("hostname")
    expect(files.hosts).not.toMatch(/\t\n/)
  })
})
