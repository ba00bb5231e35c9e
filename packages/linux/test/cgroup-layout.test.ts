import { describe, expect, it } from "vitest"
import { layoutOf, parseMemberships } from "../src/cgroup-layout.ts"
import { parseMountInfo } from "../src/mounts.ts"

const v1 = `32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
35 31 0:32 / /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory
36 31 0:32 / /elsewhere/memory rw - cgroup cgroup rw,memory
40 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd`
const v2 = "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw,nsdelegate"
const memberships = parseMemberships("5:memory:/a:b\n4:cpu,cpuacct:/\n1:name=systemd:/user\n0::/init.scope\n\n")

describe("the layout of cgroups", () => {
  it("of memberships keeps colons in paths", () => {
    expect(memberships).toEqual([
      { id: 5, controllers: ["memory"], path: "/a:b" },
      { id: 4, controllers: ["cpu", "cpuacct"], path: "/" },
      { id: 1, controllers: ["name=systemd"], path: "/user" },
      { id: 0, controllers: [], path: "/init.scope" }
    ])
  })

  it("is v1 when a controller has its own tree, each tree once", () => {
    expect(layoutOf(parseMountInfo(`${v1}\n${v2}`), memberships)).toEqual({
      version: "v1",
      hierarchies: [
        { mountPoint: "/sys/fs/cgroup/cpu,cpuacct", controllers: ["cpu", "cpuacct"], own: "/", readOnly: false },
        { mountPoint: "/sys/fs/cgroup/memory", controllers: ["memory"], own: "/a:b", readOnly: true }
      ],
      unified: { mountPoint: "/sys/fs/cgroup/unified", controllers: [], own: "/init.scope", readOnly: false },
      named: ["/sys/fs/cgroup/systemd"]
    })
  })

  it("is v2 when there is nothing else", () => {
    expect(layoutOf(parseMountInfo(v2), memberships).version).toBe("v2")
    // systemd's own named tree may lie beside it and has no controller.
    expect(layoutOf(parseMountInfo(`${v1.split("\n")[3]}\n${v2}`), memberships).version).toBe("v2")
  })

  it("is none where nothing is mounted", () => {
    expect(layoutOf([], memberships)).toEqual({ version: "none" })
  })
})
