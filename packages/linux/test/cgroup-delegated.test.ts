import { describe, expect, it } from "vitest"
import { delegatedPart } from "../src/cgroup-delegated.ts"
import { ownProcesses } from "../src/cgroup-files.ts"

const tree = (name: string, own: string) => ({
  mountPoint: `/sys/fs/cgroup/${name}`,
  controllers: [name],
  own,
  readOnly: false
})

describe("the part of the control groups that is a user's", () => {
  it("is in each tree of v1 the group that the user is in, where that was handed over", () => {
    const layout = {
      version: "v1",
      hierarchies: [tree("memory", "/ann"), tree("pids", "/"), tree("cpu", "/ann")],
      unified: undefined,
      named: []
    } as const
    expect(delegatedPart(layout, (directory) => directory === "/sys/fs/cgroup/memory/ann")).toEqual({
      version: "v1",
      hierarchies: [{ ...tree("memory", "/"), mountPoint: "/sys/fs/cgroup/memory/ann" }],
      unified: undefined,
      named: []
    })
    expect(delegatedPart(layout, () => false)).toEqual({ version: "none" })
  })

  it("is in v2 that group, also after what was in it has moved aside", () => {
    const unified = { ...tree("", "/user/scope/gantry-holder"), mountPoint: "/sys/fs/cgroup", controllers: [] }
    const part = delegatedPart(
      { version: "v2", unified },
      (directory, held) => held && directory === "/sys/fs/cgroup/user/scope"
    )
    expect(part).toEqual({
      version: "v2",
      unified: { ...unified, mountPoint: "/sys/fs/cgroup/user/scope", own: "/gantry-holder" }
    })
  })

  it("has no process return to the group that was left, where controllers could not be handed down then", () => {
    const unified = { ...tree("", "/user/scope/gantry-holder"), mountPoint: "/sys/fs/cgroup", controllers: [] }
    const part = delegatedPart({ version: "v2", unified }, () => true)
    expect(part.version === "v2" && ownProcesses(part.unified)).toBe(
      "/sys/fs/cgroup/user/scope/gantry-holder/cgroup.procs"
    )
    expect(ownProcesses({ ...unified, own: undefined })).toBeUndefined()
  })
})
