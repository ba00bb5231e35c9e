import { describe, expect, it } from "vitest"
import { parseCpuSet } from "../../../src/argv/values/cpu-set.ts"

describe("--cpuset-cpus", () => {
  it("is a list of numbers and ranges", () => {
    const read = (text: string) => {
      const result = parseCpuSet(text)
      return result.ok ? [...result.value] : result.problem
    }
    expect(read("0")).toEqual([0])
    expect(read("0-2,5,1")).toEqual([0, 1, 2, 5])
    expect(read("8191")).toEqual([8191])
    for (const wrong of ["", "x", "1-", "-1", "2-1", "0,,1", "1 2"]) {
      expect(read(wrong)).toBe(`invalid list of processors: '${wrong}'`)
    }
    for (const high of ["0-99999", "8193", "1,123456789012"]) {
      expect(read(high)).toBe("value of out range, maximum is 8192")
    }
  })
})
