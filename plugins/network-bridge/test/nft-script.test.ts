import { describe, expect, it } from "vitest"
import { families, markOf, removalScript, type RuledNetwork, tableScript } from "../src/nft-script.ts"
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

describe("rules of IPv6", () => {
  const dual: ReadonlyArray<RuledNetwork> = [
    { ...networks[0], bridge: "six0", subnet: "172.17.0.0/20", internal: false, ipv6: { subnet: "fd00:7::/64" } },
    { bridge: "six1", subnet: "172.18.0.0/20", internal: true, ipv6: { subnet: "fd00:8::/64" } },
    { bridge: "four", subnet: "172.19.0.0/20", internal: false }
  ]
  const script = tableScript("gantry", dual, [
    element({ address6: "fd00:7::2" }),
    element({ hostIp: "::1", address6: "fd00:7::2" })
  ])
  const [four = "", six = ""] = script.split("table ip6 gantry {\n")
  const chain = (text: string, name: string) => {
    const [, ...rest] = lines(text.slice(text.indexOf(`chain ${name} {`)))
    return rest.slice(0, rest.indexOf("}"))
  }

  it("are there only for networks that have it", () => {
    expect(tableScript("gantry", networks, [element({ address6: "fd00:7::2" })])).not.toContain("ip6")
    expect(six).not.toContain('"four"')
    expect(families(dual)).toEqual(["ip", "ip6"])
    expect([families(networks), families([])]).toEqual([["ip"], []])
  })

  it("keep networks from each other exactly as those of IPv4 do", () => {
    const forward = chain(four, "forward").filter((line) => !line.includes('"four"'))
    expect(chain(six, "forward")).toEqual(forward)
    expect(forward).toContain('oifname "six0" drop')
    expect(forward).toContain('iifname "six1" drop')
  })

  it("hide what goes out as those of IPv4 do", () => {
    const translated = (text: string) =>
      text
        .replaceAll("ip saddr", "ip6 saddr")
        .replace("172.17.0.0/20", "fd00:7::/64")
        .replace("172.18.0.0/20", "fd00:8::/64")
        .replace("127.0.0.0/8", "::1")
    const postrouting = chain(four, "postrouting").filter((line) => !line.includes('"four"'))
    expect(chain(six, "postrouting")).toEqual(postrouting.map(translated))
  })

  it("lead to the IPv6 address of a container, and not from the host's loopback", () => {
    expect(six).toContain("elements = { tcp . 8080 : fd00:7::2 . 80 }")
    expect(six.match(/elements/g)?.length).toBe(1)
    for (const each of ["prerouting", "output"]) {
      const rules = chain(six, each).filter((line) => line.includes("dnat"))
      expect(rules.length).toBe(2)
      expect(rules.filter((line) => !line.includes("ip6 daddr != ::1 fib daddr type local dnat ip6 to"))).toEqual([])
    }
  })
})

describe("markOf", () => {
  it("changes with the networks and not with the ports", () => {
    const mark = markOf(networks)
    expect(mark).toMatch(/^gantry [0-9a-f]{16}$/)
    expect(markOf(networks.slice(0, 1))).not.toBe(mark)
    expect(markOf(networks.map((each) => ({ ...each, internal: true })))).not.toBe(mark)
    expect(markOf(networks.map((each) => ({ ...each, ipv6: { subnet: "fd00:7::/64" } })))).not.toBe(mark)
    expect(tableScript("gantry", networks, [])).toContain(`comment "${mark}"`)
    expect(tableScript("gantry", networks, [element({})])).toContain(`comment "${mark}"`)
  })
})
