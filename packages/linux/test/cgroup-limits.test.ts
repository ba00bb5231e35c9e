import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { settingsV1, settingsV2, weightOfShares } from "../src/cgroup-limits.ts"

const files = (settings: ReturnType<typeof settingsV1>) => settings.map(({ file, value }) => `${file} ${value}`)

const limits = {
  memoryBytes: 1000,
  memorySwapBytes: 1500,
  memoryReservationBytes: 700,
  nanoCpus: 1_500_000_000,
  cpuShares: 1024,
  cpusetCpus: "0-1",
  pidsMax: 9
}

describe("limits", () => {
  it("become the files of cgroup v1", () => {
    expect(files(settingsV1(limits))).toEqual([
      "memory.limit_in_bytes 1000",
      "memory.memsw.limit_in_bytes 1500",
      "memory.soft_limit_in_bytes 700",
      "cpu.shares 1024",
      "cpu.cfs_period_us 100000",
      "cpu.cfs_quota_us 150000",
      "cpuset.cpus 0-1",
      "pids.max 9"
    ])
  })

  it("become the files of cgroup v2, which counts swap apart", () => {
    expect(files(settingsV2(limits))).toEqual([
      "memory.max 1000",
      "memory.swap.max 500",
      "memory.low 700",
      "cpu.weight 39",
      "cpu.max 150000 100000",
      "cpuset.cpus 0-1",
      "pids.max 9"
    ])
  })

  it("that are not asked for touch no file", () => {
    expect([...settingsV1({}), ...settingsV2({})]).toEqual([])
  })

  it("may be none at all", () => {
    const none = { memorySwapBytes: -1, cpuQuota: -1, pidsMax: -1 }
    expect(files(settingsV1(none))).toEqual([
      "memory.memsw.limit_in_bytes -1",
      "cpu.cfs_period_us 100000",
      "cpu.cfs_quota_us -1",
      "pids.max max"
    ])
    expect(files(settingsV2(none))).toEqual(["memory.swap.max max", "cpu.max max 100000", "pids.max max"])
  })

  it("of a sliver of a processor are what the kernel still takes", () => {
    expect(files(settingsV2({ nanoCpus: 1 }))).toEqual(["cpu.max 1000 100000"])
  })

  it("give more weight for more shares, from one end of the scale to the other", () => {
    expect([weightOfShares(2), weightOfShares(262_144), weightOfShares(0), weightOfShares(1e9)]).toEqual([
      1, 10_000, 1, 10_000
    ])
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 262_143 }), (shares) => {
        expect(weightOfShares(shares + 1)).toBeGreaterThanOrEqual(weightOfShares(shares))
      })
    )
  })
})
