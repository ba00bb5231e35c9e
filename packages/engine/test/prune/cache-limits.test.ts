import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { CacheLimits } from "@gantry/core/Settings"
import { type CacheItem, mostBytes, withinLimits } from "../../src/prune/cache-limits.ts"

const item = (name: string, lastUsed: number, bytes: number, createdAt = lastUsed): CacheItem & { name: string } => ({
  name,
  createdAt,
  lastUsed,
  part: { name, bytes }
})

const gone = (all: ReadonlyArray<CacheItem & { name: string }>, limits: CacheLimits, free = 1000) =>
  [...withinLimits(all, all, limits, free).remove].map(([{ name }, rule]) => `${name} ${rule}`)

describe("limits of the cache", () => {
  const all = [item("old", 1, 10), item("newer", 2, 10), item("newest", 3, 10)]

  it.each<[string, CacheLimits, number, ReadonlyArray<string>]>([
    ["nothing that has room", { maxUsedSpace: 30 }, 1000, []],
    ["the longest unused", { maxUsedSpace: 29 }, 1000, ["old maxUsedSpace"]],
    ["what frees enough", { minFreeSpace: 15 }, 0, ["old minFreeSpace", "newer minFreeSpace"]],
    ["nothing while enough is free", { minFreeSpace: 15 }, 15, []],
    ["nothing of the reserve", { maxUsedSpace: 1, reservedSpace: 20 }, 0, ["old maxUsedSpace"]],
    ["nothing of the reserve for others", { minFreeSpace: 500, reservedSpace: 25 }, 0, ["old minFreeSpace"]],
    ["all but what alone may stay", { reservedSpace: 10 }, 1000, ["old reservedSpace", "newer reservedSpace"]],
    [
      "everything for no room",
      { maxUsedSpace: 0 },
      1000,
      ["old maxUsedSpace", "newer maxUsedSpace", "newest maxUsedSpace"]
    ]
  ])("take %s", (_, limits, free, expected) => {
    expect(gone(all, limits, free)).toEqual(expected)
  })

  it("take the later of two steps that were used together, because nothing stands on it", () => {
    expect(gone([item("first", 9, 10, 1), item("second", 9, 10, 2)], { maxUsedSpace: 15 })).toEqual([
      "second maxUsedSpace"
    ])
  })

  it("of nothing take also what frees nothing", () => {
    const shared = { name: "shared", createdAt: 1, lastUsed: 1 }
    expect(gone([shared], { maxUsedSpace: 0 })).toEqual(["shared maxUsedSpace"])
    expect(gone([shared], { maxUsedSpace: 1 })).toEqual([])
    expect(gone([shared], { minFreeSpace: 5 }, 0)).toEqual([])
  })

  it("count what two records have once, and give it back with the second", () => {
    const twins = [item("a", 1, 10), { ...item("a", 2, 10), name: "b" }, item("c", 3, 10)]
    expect(gone(twins, { maxUsedSpace: 10 })).toEqual(["a maxUsedSpace", "b maxUsedSpace"])
    expect(gone(twins, { maxUsedSpace: 20 })).toEqual([])
  })

  it("are kept, as far as candidates and reserve go, and no more is taken than that needs", () => {
    const items = fc.array(fc.tuple(fc.nat(5), fc.nat(5), fc.nat(50)), { maxLength: 8 })
    const limits = fc.record(
      { maxUsedSpace: fc.nat(200), minFreeSpace: fc.nat(200), reservedSpace: fc.nat(200) },
      { requiredKeys: [] }
    )
    fc.assert(
      fc.property(items, limits, fc.nat(200), (raw, wanted, free) => {
        const own = raw.map(([lastUsed, createdAt, bytes], at) => item(String(at), lastUsed, bytes, createdAt))
        const { remove } = withinLimits(own, own, wanted, free)
        const sum = (list: ReadonlyArray<CacheItem>) => list.reduce((total, { part }) => total + (part?.bytes ?? 0), 0)
        const { most } = mostBytes(sum(own), wanted, free)
        const stays = own.filter((each) => !remove.has(each))
        const last = [...remove.keys()].at(-1)
        expect(sum(stays)).toBeLessThanOrEqual(Math.max(0, most))
        // Without the last one removed it would be too much, unless nothing may stay.
        expect(last === undefined || most <= 0 || sum([...stays, last]) > most).toBe(true)
        for (const each of stays) {
          for (const other of remove.keys()) expect(other.lastUsed).toBeLessThanOrEqual(each.lastUsed)
        }
      }),
      { numRuns: 300 }
    )
  })
})
