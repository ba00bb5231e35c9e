import * as fc from "fast-check"
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import {
  capabilitiesOfBits,
  capabilityBits,
  capabilityNames,
  capabilityNumber,
  computeCapabilities,
  defaultCapabilities,
  parseCapability
} from "../src/capabilities.ts"

const compute = (add: ReadonlyArray<string>, drop: ReadonlyArray<string>) => {
  const result = computeCapabilities({ add, drop })
  return result.ok ? result.capabilities : result.unknown
}

describe("capabilities", () => {
  it("are as many as the kernel knows, or fewer on a newer kernel, and have its numbers", () => {
    const last = Number(readFileSync("/proc/sys/kernel/cap_last_cap", "utf8"))
    expect(capabilityNames.length).toBe(41)
    expect(last).toBeGreaterThanOrEqual(36)
    expect(["CAP_CHOWN", "CAP_SYS_ADMIN", "CAP_CHECKPOINT_RESTORE"].map(capabilityNumber)).toEqual([0, 21, 40])
  })

  it("have the set of Docker by default", () => {
    expect(defaultCapabilities.length).toBe(14)
    expect(capabilityBits(defaultCapabilities)).toBe(0xa80425fbn)
  })

  it("that are written as bits and read again are the same", () => {
    fc.assert(
      fc.property(fc.subarray([...capabilityNames]), (names) => {
        expect(capabilitiesOfBits(capabilityBits(names))).toEqual(names)
      })
    )
  })

  it("are understood in any case, with and without the prefix", () => {
    expect(["net_admin", "CAP_NET_ADMIN", "Cap_Net_Admin"].map(parseCapability)).toEqual(Array(3).fill("CAP_NET_ADMIN"))
    expect(parseCapability("net-admin")).toBeUndefined()
    expect(parseCapability("all")).toBeUndefined()
  })

  it("are added to and dropped from the default set", () => {
    expect(compute([], [])).toEqual(defaultCapabilities)
    expect(compute(["sys_time"], ["KILL"])).toEqual(
      capabilityNames.filter((n) => n === "CAP_SYS_TIME" || (n !== "CAP_KILL" && defaultCapabilities.includes(n)))
    )
  })

  it("may be all or none, with exceptions by name", () => {
    expect(compute(["ALL"], [])).toEqual(capabilityNames)
    expect(compute(["all"], ["mknod"])).toEqual(capabilityNames.filter((name) => name !== "CAP_MKNOD"))
    expect(compute([], ["CAP_ALL"])).toEqual([])
    expect(compute(["net_raw"], ["ALL"])).toEqual(["CAP_NET_RAW"])
    expect(compute(["ALL"], ["ALL"])).toEqual(capabilityNames)
    expect(compute(["KILL"], ["KILL"])).toEqual(defaultCapabilities)
  })

  it("that do not exist are named", () => {
    expect(compute(["NET_ADMIN", "FLY"], ["ALL"])).toBe("FLY")
    expect(compute([], ["CAP_"])).toBe("CAP_")
  })
})
