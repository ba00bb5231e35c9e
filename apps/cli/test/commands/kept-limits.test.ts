import type { CgroupLayout } from "@gantry/linux/cgroup-layout"
import { describe, expect, it } from "vitest"
import { keptLimits } from "../../src/commands/kept-limits.ts"

const none = (): CgroupLayout => ({ version: "none" })
const weight = { path: "/dev/vda", kind: "weight", value: 100 } as const
const rate = { path: "/dev/vda", kind: "readBps", value: 100 } as const

describe("limits that a machine cannot keep", () => {
  it("are left out with docker's warnings", () => {
    const { resources, warnings } = keptLimits(
      {
        memoryBytes: 1 << 26,
        memorySwapBytes: 1 << 27,
        swappiness: 3,
        oomKillDisable: true,
        blockWeight: 20,
        block: [weight, rate],
        pids: 5
      },
      none
    )
    expect(resources).toEqual({ memoryBytes: 1 << 26, block: [rate], pids: 5 })
    expect(warnings).toEqual([
      "Your kernel does not support swap limit capabilities or the cgroup is not mounted. Memory limited without swap.",
      "Your kernel does not support memory swappiness capabilities or the cgroup is not mounted. Memory swappiness discarded.",
      "Your kernel does not support OomKillDisable. OomKillDisable discarded.",
      "Your kernel does not support Block I/O weight or the cgroup is not mounted. Weight discarded.",
      "Your kernel does not support Block I/O weight_device or the cgroup is not mounted. Weight-device discarded."
    ])
  })

  it("are not looked for when nothing of the kind was asked for", () => {
    const never = (): CgroupLayout => {
      throw new Error("looked")
    }
    const resources = { memoryBytes: 1 << 26, memorySwapBytes: -1, pids: 5, block: [rate] }
    expect(keptLimits(resources, never)).toEqual({ resources, warnings: [] })
  })

  it("make the want of a memory limit dangerous only while OOM kills are disabled", () => {
    const layout = (): CgroupLayout => ({
      version: "v1",
      hierarchies: [{ mountPoint: "/nowhere", own: "/", controllers: ["memory"], readOnly: false }],
      unified: undefined,
      named: []
    })
    const first = "Disabling the OOM killer on containers without setting a '-m/--memory' limit may be dangerous."
    expect(keptLimits({ oomKillDisable: true }, none).warnings).toEqual([
      first,
      "Your kernel does not support OomKillDisable. OomKillDisable discarded."
    ])
    expect(keptLimits({ oomKillDisable: true }, layout).warnings).toEqual([
      first,
      "OOM killer is disabled for the container, but no memory limit is set, this can result in the system running out of resources."
    ])
    expect(keptLimits({ oomKillDisable: true, memoryBytes: 1 << 26 }, layout).warnings).toEqual([])
  })
})
