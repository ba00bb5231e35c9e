import type { Wiring } from "@gantry/core/network/Wiring"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { planRewiring } from "../../src/supervisor/rewire.ts"
import { amendHosts } from "../../src/supervisor/rewrite-files.ts"

/** A link that is a way out with IPv4, with IPv6, with both or with neither. */
const link = (number: number, gateway = false, six: "none" | "address" | "gateway" = "none"): Wiring => ({
  type: "veth",
  bridge: `b${number}`,
  link: `l${number}`,
  name: `eth${number}`,
  mac: `02:42:0a:00:0${number}:02`,
  address: `10.0.${number}.2`,
  prefixLength: 24,
  ...(gateway ? { gateway: `10.0.${number}.1` } : {}),
  ...(six === "none"
    ? {}
    : {
        ipv6: {
          address: `fd00:${number}::2`,
          prefixLength: 64,
          ...(six === "gateway" ? { gateway: `fd00:${number}::1` } : {})
        }
      })
})

const plan = (before: ReadonlyArray<Wiring>, after: ReadonlyArray<Wiring>) => {
  const { come, gone, ways } = planRewiring({ wiring: before }, { wiring: after })
  const routes = ways.map(({ dev, six }) => `${dev}${six ? " six" : ""}`)
  return { come: come.map(({ name }) => name), gone: gone.map(({ name }) => name), ways: routes }
}

describe("how a running container is connected otherwise", () => {
  it("a further link comes and the way out stays", () => {
    expect(plan([link(0, true)], [link(0, true), link(1)])).toEqual({ come: ["eth1"], gone: [], ways: [] })
  })

  it("when its way out goes, another link becomes that", () => {
    expect(plan([link(0, true), link(1)], [link(1, true)])).toEqual({ come: [], gone: ["eth0"], ways: ["eth1"] })
  })

  it("a link with another address is another link", () => {
    const moved = { ...link(1), address: "10.0.1.9" } as Wiring
    expect(plan([link(1)], [moved])).toEqual({ come: ["eth1"], gone: ["eth1"], ways: [] })
  })

  it("a link that begins to be the way out stays", () => {
    expect(plan([link(0), link(1)], [link(0), link(1, true)])).toEqual({ come: [], gone: [], ways: ["eth1"] })
  })

  it("IPv6 may have another way out than IPv4", () => {
    const both = [link(0, true), link(1, false, "gateway")]
    expect(plan([link(0, true)], both)).toEqual({ come: ["eth1"], gone: [], ways: ["eth1 six"] })
    expect(plan(both, [link(1, true, "gateway")])).toEqual({ come: [], gone: ["eth0"], ways: ["eth1"] })
    expect(plan(both, both)).toEqual({ come: [], gone: [], ways: [] })
  })

  it("a way out whose link is made anew is set anew", () => {
    const moved = { ...link(0, true, "gateway"), address: "10.0.0.9" } as Wiring
    expect(plan([link(0, true, "gateway")], [moved])).toEqual({
      come: ["eth0"],
      gone: ["eth0"],
      ways: ["eth0", "eth0 six"]
    })
  })

  it("nothing happens when nothing has changed", () => {
    expect(plan([link(0, true), link(1)], [link(0, true), link(1)])).toEqual({ come: [], gone: [], ways: [] })
  })
})

describe("a hosts file that is brought to its new addresses", () => {
  const line = fc
    .tuple(fc.constantFrom("10.0.0.2", "10.0.1.2", "127.0.0.1"), fc.constantFrom("web", "db"))
    .map(([address, name]) => `${address}\t${name}\n`)
  const file = fc.uniqueArray(line, { maxLength: 4 }).map((lines) => lines.join(""))

  it("is the new one when nobody has written into it", () => {
    fc.assert(
      fc.property(file, file, (before, after) => {
        const lines = (text: string) => text.split("\n").toSorted()
        expect(lines(amendHosts(before, before, after))).toEqual(lines(after))
      })
    )
  })

  it("keeps what somebody has written into it, and ends each line", () => {
    fc.assert(
      fc.property(file, file, (before, after) => {
        const text = amendHosts(`${before}192.0.2.1\tmine`, before, after)
        expect(text.split("\n")).toContain("192.0.2.1\tmine")
        expect(text.endsWith("\n") || after === before || text.endsWith("mine")).toBe(true)
      })
    )
  })

  it("is left as it is when nothing has changed", () => {
    fc.assert(
      fc.property(file, file, (now, same) => {
        expect(amendHosts(now, same, same)).toBe(now)
      })
    )
  })
})
