import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { findName, type NameTable } from "../../../src/supervisor/names/find-name.ts"

/** A table of `network name address` lines. */
const tableOf = (lines: ReadonlyArray<string>): NameTable => {
  const rows = lines.map((line) => line.split(" "))
  return {
    addresses: (network, name) =>
      rows.flatMap(([n, called, address = ""]) => (n === network && called === name ? [address] : [])),
    nameOf: (network, address) => rows.find(([n, , at]) => n === network && at === address)?.[1]
  }
}

const table = tableOf(["front web 10.0.1.2", "front web 10.0.1.3", "back web 10.0.2.2", "back db 10.0.2.3"])
const pointer = (address: string) => `${address.split(".").toReversed().join(".")}.in-addr.arpa`

/** The same of an IPv6 address with all its digits. */
const pointer6 = (digits: string) => `${digits.split("").toReversed().join(".")}.ip6.arpa`

describe("findName", () => {
  it("has all addresses of a name, out of the first network that knows it", () => {
    expect(findName({ name: "web", type: "A" }, ["front", "back"], table)).toEqual([
      { type: "A", address: "10.0.1.2" },
      { type: "A", address: "10.0.1.3" }
    ])
    expect(findName({ name: "db", type: "A" }, ["front", "back"], table)).toEqual([{ type: "A", address: "10.0.2.3" }])
  })

  it("takes a name with its network for the one there", () => {
    expect(findName({ name: "web.back", type: "A" }, ["front", "back"], table)).toEqual([
      { type: "A", address: "10.0.2.2" }
    ])
    expect(findName({ name: "web.back", type: "A" }, ["front"], table)).toBeUndefined()
  })

  it("knows of a name that it has no address of another kind", () => {
    expect(findName({ name: "web", type: "AAAA" }, ["front"], table)).toEqual([])
  })

  it("has the addresses of the kind that is asked for, and all when any will do", () => {
    const dual = tableOf(["front web 10.0.1.2", "front web fd00:7::2", "front web 10.0.1.3"])
    const find = (type: string) => findName({ name: "web", type }, ["front"], dual)
    expect(find("A")).toEqual([
      { type: "A", address: "10.0.1.2" },
      { type: "A", address: "10.0.1.3" }
    ])
    expect(find("AAAA")).toEqual([{ type: "AAAA", address: "fd00:7::2" }])
    expect(find("ANY")).toHaveLength(3)
    expect(find("MX")).toEqual([])
  })

  it("finds the name of an IPv6 address, and takes nothing else for one", () => {
    const dual = tableOf(["front web fd00:7::2"])
    const digits = `fd000007${"0".repeat(23)}2`
    const find = (name: string) => findName({ name, type: "PTR" }, ["front"], dual)
    expect(find(pointer6(digits))).toEqual([{ type: "PTR", name: "web.front" }])
    const wrong = [pointer6(digits.slice(1)), pointer6(`0${digits}`), pointer6(digits.replace("f", "g")), "ip6.arpa"]
    expect(wrong.map(find)).toEqual(wrong.map(() => undefined))
  })

  it("finds the name of an address, with its network", () => {
    expect(findName({ name: pointer("10.0.1.3"), type: "PTR" }, ["front"], table)).toEqual([
      { type: "PTR", name: "web.front" }
    ])
    expect(findName({ name: pointer("10.0.2.3"), type: "PTR" }, ["front"], table)).toBeUndefined()
  })

  const network = fc.constantFrom("one", "two", "three")
  const name = fc.constantFrom("web", "db", "web.two", "one")
  const address = fc.integer({ min: 2, max: 9 }).map((last) => `10.0.0.${last}`)

  it("says the same whatever is in networks that the asker is not in", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(network, name, address)),
        fc.uniqueArray(network),
        fc.oneof(
          fc.record({ name, type: fc.constantFrom("A", "AAAA", "ANY") }),
          fc.record({ name: address.map(pointer), type: fc.constant("PTR") })
        ),
        (lines, asked, question) => {
          const mine = lines.filter(([each]) => asked.includes(each))
          const text = (some: typeof lines) => tableOf(some.map((line) => line.join(" ")))
          expect(findName(question, asked, text(lines))).toEqual(findName(question, asked, text(mine)))
        }
      )
    )
  })
})
