import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { bridgeName, builtInId, linkName, tableName } from "../src/names.ts"

describe("names on the host", () => {
  it("fit into what the kernel allows, whatever the instance is called", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.nat({ max: 999 }), (instance, container, count) => {
        const taken = Array.from({ length: count }, (_, index) => bridgeName(instance, []).replace(/0$/, String(index)))
        expect(bridgeName(instance, taken)).toMatch(/^[A-Za-z0-9]{1,15}$/)
        expect(linkName(instance, "net", container)).toMatch(/^vg[0-9a-f]{12}$/)
        expect(tableName(instance)).toMatch(/^[A-Za-z0-9_]{1,50}$/)
      }),
      { numRuns: 50 }
    )
  })

  it("are short and known for the default instance", () => {
    expect([bridgeName("", []), bridgeName("", ["gantry0"]), bridgeName("", ["gantry1"])]).toEqual([
      "gantry0",
      "gantry1",
      "gantry0"
    ])
    expect([bridgeName("t1", []), tableName(""), tableName("t1")]).toEqual(["gtyt10", "gantry", "gantry_t1"])
  })

  it("differ for different containers, networks and instances", () => {
    const names = [
      linkName("", "a", "b"),
      linkName("", "b", "a"),
      linkName("a", "", "b"),
      linkName("", "a", "c"),
      linkName("t", "a", "b")
    ]
    expect(new Set(names).size).toBe(names.length)
  })

  it("give networks that always exist an id that stays", () => {
    expect(builtInId("", "bridge")).toMatch(/^[0-9a-f]{64}$/)
    expect(builtInId("", "bridge")).not.toBe(builtInId("", "host"))
    expect(builtInId("", "bridge")).not.toBe(builtInId("t1", "bridge"))
  })
})
