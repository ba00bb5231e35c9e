import { describe, expect, it } from "vitest"
import { hierarchies } from "../../src/init/cgroup-view.ts"

describe("the control groups that a container is shown", () => {
  it("are none of version 1 on a host with version 2 only", () => {
    expect(hierarchies("0::/user.slice\n")).toEqual([])
  })

  it("are each hierarchy, with links for controllers that share one", () => {
    expect(hierarchies("9:name=systemd:/\n2:cpu,cpuacct:/a:b\n1:memory:/\n0::/\n")).toEqual([
      { directory: "systemd", data: "none,name=systemd", links: [], group: "/" },
      { directory: "cpu,cpuacct", data: "cpu,cpuacct", links: ["cpu", "cpuacct"], group: "/a:b" },
      { directory: "memory", data: "memory", links: [], group: "/" }
    ])
  })
})
