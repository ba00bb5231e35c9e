import { describe, expect, it } from "vitest"
import { parseMountInfo, readMountInfo } from "../src/mounts.ts"

const text = String.raw`22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
35 22 0:30 / /var/lib/a\040b rw,nosuid shared:4 master:1 - overlay over\134lay rw,lowerdir=x,upperdir=y
36 35 0:31 /sub /var/lib/a\040b/deep ro - tmpfs tmpfs rw
37 22 0:32 / /var/lib/a\040bc rw - tmpfs tmpfs rw
not a mount`

describe("the list of mounts", () => {
  it("is read with its optional fields and escapes", () => {
    expect(parseMountInfo(text)[1]).toEqual({
      id: 35,
      parent: 22,
      major: 0,
      minor: 30,
      root: "/",
      mountPoint: "/var/lib/a b",
      options: ["rw", "nosuid"],
      propagation: ["shared:4", "master:1"],
      fstype: "overlay",
      source: String.raw`over\lay`,
      superOptions: ["rw", "lowerdir=x", "upperdir=y"]
    })
    expect(parseMountInfo(text).length).toBe(4)
  })

  it("of this process holds its own /proc", () => {
    expect(readMountInfo().some(({ mountPoint, fstype }) => mountPoint === "/proc" && fstype === "proc")).toBe(true)
  })
})
