import { describe, expect, it } from "vitest"
import { diskOfV1, diskOfV2 } from "../src/cgroup-disk.ts"

describe("what a group has read and written", () => {
  it("is the sum over all devices, and not the total that v1 adds", () => {
    const text = "8:0 Read 4096\n8:0 Write 512\n8:0 Sync 1\n8:0 Total 4608\n8:16 Read 4\n8:16 Write 0\nTotal 4612\n"
    expect(diskOfV1(text)).toEqual({ read: 4100, written: 512 })
    expect(diskOfV1("Total 0\n")).toEqual({ read: 0, written: 0 })
  })

  it("is the sum over all devices of v2", () => {
    const text = "8:0 rbytes=10 wbytes=20 rios=1 wios=2 dbytes=7 dios=0\n8:16 rbytes=1 wbytes=2 rios=1 wios=1\n"
    expect(diskOfV2(text)).toEqual({ read: 11, written: 22 })
    expect(diskOfV2("")).toEqual({ read: 0, written: 0 })
  })
})
