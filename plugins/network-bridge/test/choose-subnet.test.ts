import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { candidates, chooseSubnet } from "../src/choose-subnet.ts"
import { formatSubnet, overlap, parseSubnet, type Subnet } from "../src/Ipv4.ts"

const all = [...candidates()]
const subnets = (...texts: ReadonlyArray<string>): ReadonlyArray<Subnet> =>
  texts.flatMap((text) => parseSubnet(text) ?? [])
const chosen = (...taken: ReadonlyArray<string>) => {
  const subnet = chooseSubnet(subnets(...taken))
  return subnet === undefined ? undefined : formatSubnet(subnet)
}

describe("chooseSubnet", () => {
  it("begins where people expect it and gives each network a second number of its own", () => {
    expect(chosen()).toBe("172.17.0.0/20")
    expect(chosen("172.17.0.0/20")).toBe("172.18.0.0/20")
  })

  it("stays clear of wide routes and of single addresses inside a candidate", () => {
    expect(chosen("172.16.0.0/12")).toBe("192.168.16.0/20")
    expect(chosen("172.17.3.4/32", "172.18.0.0/16")).toBe("172.19.0.0/20")
    expect(chosen("172.16.0.0/12", "192.168.0.0/16")).toBe("10.128.0.0/20")
  })

  it("does not mind a default route, also one made of two halves only when they are in the way", () => {
    expect(chosen("0.0.0.0/0")).toBe("172.17.0.0/20")
    expect(chosen("128.0.0.0/1")).toBe("10.128.0.0/20")
    expect(chosen("0.0.0.0/1", "128.0.0.0/1")).toBeUndefined()
  })

  it("does not hand out at once what was given back, and in the end what was given back first", () => {
    const first = chooseSubnet([], subnets("172.17.0.0/20", "172.18.5.0/24"))
    expect(first).toEqual(subnets("172.19.0.0/20")[0])
    const pool = all.slice(0, 15)
    const [last, ...others] = pool
    expect(chooseSubnet([], [...others, ...subnets("172.17.0.0/20")])).toEqual(others[0])
    expect(chooseSubnet(others, last === undefined ? [] : [last])).toEqual(last)
  })

  it("offers thousands of private subnets that do not overlap", () => {
    expect(all.length).toBeGreaterThan(2000)
    const bases = new Set(all.map(({ base }) => base))
    expect(bases.size).toBe(all.length)
    const privateRanges = subnets("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
    expect(all.every((each) => each.prefix === 20 && each.base % 4096 === 0)).toBe(true)
    expect(all.every((each) => privateRanges.some((range) => overlap(range, each)))).toBe(true)
  })

  it("never overlaps with what is taken, and gives up only when every candidate does", () => {
    const taken = fc.array(
      fc.oneof(
        fc.constantFrom(...all),
        fc.constantFrom(...subnets("172.16.0.0/12", "192.168.0.0/16", "10.0.0.0/8", "10.128.0.0/10", "172.24.0.0/13"))
      ),
      { maxLength: 20 }
    )
    fc.assert(
      fc.property(taken, (ranges) => {
        const subnet = chooseSubnet(ranges)
        expect(subnet).toEqual(all.find((each) => !ranges.some((range) => overlap(range, each))))
      })
    )
  })
})
