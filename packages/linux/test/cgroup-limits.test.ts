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

  it("of block devices, and what v1 alone has, become files that a kernel may have under another name", () => {
    const asked = {
      swappiness: 7,
      oomKillDisable: true,
      blockWeight: 1000,
      block: [
        { major: 8, minor: 0, kind: "weight", value: 10 },
        { major: 8, minor: 16, kind: "readBps", value: 1024 },
        { major: 8, minor: 16, kind: "writeIops", value: 0 }
      ]
    } as const
    const all = (settings: ReturnType<typeof settingsV1>) =>
      settings.map(({ file, otherwise, value }) => [
        `${file} ${value}`,
        otherwise && `${otherwise.file} ${otherwise.value}`
      ])
    expect(all(settingsV1(asked))).toEqual([
      ["memory.swappiness 7", undefined],
      ["memory.oom_control 1", undefined],
      ["blkio.weight 1000", "blkio.bfq.weight 1000"],
      ["blkio.weight_device 8:0 10", "blkio.bfq.weight_device 8:0 10"],
      ["blkio.throttle.read_bps_device 8:16 1024", undefined],
      ["blkio.throttle.write_iops_device 8:16 0", undefined]
    ])
    expect(all(settingsV2(asked))).toEqual([
      ["io.bfq.weight 1000", "io.weight default 10000"],
      ["io.bfq.weight 8:0 10", "io.weight 8:0 1"],
      ["io.max 8:16 rbps=1024", undefined],
      ["io.max 8:16 wiops=max", undefined]
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
