import { describe, expect, it } from "vitest"
import type { CgroupLayout, Hierarchy } from "../src/cgroup-layout.ts"
import { canLimit, type OptionalLimit } from "../src/cgroup-optional.ts"

const limits: ReadonlyArray<OptionalLimit> = ["block weight", "oom kill disable", "swap", "swappiness"]
const tree = (mountPoint: string, own: string, ...controllers: ReadonlyArray<string>): Hierarchy => ({
  mountPoint,
  own,
  controllers,
  readOnly: false
})
const v1 = (own = "/"): CgroupLayout => ({
  version: "v1",
  hierarchies: [tree("/m", own, "memory"), tree("/b", own, "blkio")],
  unified: undefined,
  named: []
})
const v2 = (own = "/"): CgroupLayout => ({ version: "v2", unified: tree("/u", own) })

/** The limits that a machine with these files, by their paths, can keep. */
const kept = (layout: CgroupLayout, ...paths: ReadonlyArray<string>) =>
  limits.filter((limit) =>
    canLimit(layout, limit, {
      exists: (path) => paths.some((each) => each === path || each.startsWith(`${path}/`)),
      directories: (path) =>
        paths
          .filter((each) => each.startsWith(`${path}/`))
          .map((each) => each.slice(path.length + 1).split("/")[0] ?? "")
    })
  )

describe("limits that a machine may not have", () => {
  it("are told by the files of a group below the top, by v1", () => {
    const memory = ["/m/a/memory.oom_control", "/m/a/memory.swappiness"]
    expect(kept(v1(), ...memory, "/b/a/blkio.bfq.weight")).toEqual(["block weight", "oom kill disable", "swappiness"])
    expect(kept(v1("/a"), ...memory, "/m/a/memory.memsw.limit_in_bytes", "/b/a/tasks")).toEqual([
      "oom kill disable",
      "swap",
      "swappiness"
    ])
  })

  it("are told by the files of a group below the top, by v2, which has no swappiness and always kills", () => {
    expect(kept(v2(), "/u/a/memory.swap.max", "/u/a/io.weight")).toEqual(["block weight", "swap"])
    expect(kept(v2("/a"), "/u/a/cgroup.procs")).toEqual([])
  })

  it("are told by the group that a user was given, whatever was handed down to the groups in it", () => {
    const files = ["/u/memory.swap.max", "/u/gantry-holder/cgroup.procs"]
    expect(kept(v2("/gantry-holder"), ...files)).toEqual(["swap"])
  })

  it("are taken to be there while there is no group to look at", () => {
    expect(kept(v1())).toEqual(limits)
    expect(kept(v2())).toEqual(["block weight", "swap"])
    expect(kept({ version: "none" })).toEqual([])
  })
})
