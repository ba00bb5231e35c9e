import { describe, expect, it } from "vitest"
import { markOf, removalScript, type RuledNetwork, tableScript } from "../src/nft-script.ts"
import type { Element } from "../src/translations.ts"

const networks: ReadonlyArray<RuledNetwork> = [
  { bridge: "gantry0", subnet: "172.17.0.0/20", internal: false },
  { bridge: "gantry1", subnet: "172.18.0.0/20", internal: true }
]
const element = (more: Partial<Element>): Element => ({
  hostIp: "0.0.0.0",
  hostPort: 8080,
  containerPort: 80,
  protocol: "tcp",
  address: "172.17.0.2",
  ...more
})
const lines = (script: string) => script.split("\n").map((line) => line.trim())

describe("tableScript", () => {
  it("replaces the whole table in one transaction, whether or not it was there", () => {
    expect(
      tableScript("gantry", networks, []).startsWith("table ip gantry\ndelete table ip gantry\ntable ip gantry {\n")
    ).toBe(true)
    expect(removalScript("gantry", "ip")).toBe("table ip gantry\ndelete table ip gantry\n")
  })

  it("puts ports of all addresses into one map and ports of one address into the other", () => {
    const script = tableScript("gantry", networks, [
      element({ hostPort: 9000, protocol: "udp" }),
      element({}),
      element({ hostIp: "127.0.0.1", containerPort: 443 })
    ])
    expect(script).toContain("elements = { tcp . 8080 : 172.17.0.2 . 80, udp . 9000 : 172.17.0.2 . 80 }")
    expect(script).toContain("elements = { tcp . 127.0.0.1 . 8080 : 172.17.0.2 . 443 }")
  })

  it("leaves ports of IPv6 addresses to the supervisor", () => {
    expect(tableScript("gantry", networks, [element({ hostIp: "::1" })])).not.toContain("elements")
  })

  it("hides what goes out of a network unless it is internal, which nothing leaves or enters", () => {
    const script = lines(tableScript("gantry", networks, []))
    expect(script).toContain('oifname != "gantry0" ip saddr 172.17.0.0/20 masquerade')
    expect(script).not.toContain('oifname != "gantry1" ip saddr 172.18.0.0/20 masquerade')
    expect(script).toContain('iifname "gantry1" drop')
    expect(script).not.toContain('iifname "gantry0" drop')
  })

  it("lets members reach each other, and hides them, unless options of the network say otherwise", () => {
    const options = {
      "com.docker.network.bridge.enable_icc": "false",
      "com.docker.network.bridge.enable_ip_masquerade": "false"
    }
    const script = lines(
      tableScript("gantry", [{ bridge: "a", subnet: "172.17.0.0/20", internal: false, options }], [])
    )
    expect(script).not.toContain('iifname "a" oifname "a" accept')
    expect(script).not.toContain('oifname != "a" ip saddr 172.17.0.0/20 masquerade')
    expect(lines(tableScript("gantry", networks, []))).toContain('iifname "gantry0" oifname "gantry0" accept')
  })
})

describe("markOf", () => {
  it("changes with the networks and not with the ports", () => {
    const mark = markOf(networks)
    expect(mark).toMatch(/^gantry [0-9a-f]{16}$/)
    expect(markOf(networks.slice(0, 1))).not.toBe(mark)
    expect(markOf(networks.map((each) => ({ ...each, internal: true })))).not.toBe(mark)
    expect(tableScript("gantry", networks, [])).toContain(`comment "${mark}"`)
    expect(tableScript("gantry", networks, [element({})])).toContain(`comment "${mark}"`)
  })
})
