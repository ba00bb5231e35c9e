import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { expectNothingLeft, useGantry } from "./host/gantry.ts"
import { until } from "./host/until.ts"
import { supervisors } from "./life/real-life.ts"

/** So many are quick enough for every day; a hundred when asked for by hand (`GANTRY_MANY=100`). */
const many = Number(process.env["GANTRY_MANY"] ?? 40)

/** Commands that are under way at once: as many as keep the processors busy, and no more than memory has room for. */
const atOnce = 12

/** Does something to each of these, so many at once. */
const forEach = async <A>(all: ReadonlyArray<A>, act: (one: A) => Promise<unknown>): Promise<void> => {
  const rest = all.values()
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      // Each goes on with the next one that nobody has taken.
      // oxlint-disable-next-line no-await-in-loop
      for (const one of rest) await act(one)
    })
  )
}

/** Megabytes that only this process uses. See proc_pid_smaps(5). */
const privateMegabytes = (pid: number): number =>
  Array.from(
    readFileSync(`/proc/${pid}/smaps_rollup`, "utf8").matchAll(/^Private_(?:Clean|Dirty):\s+(\d+) kB/gm),
    ([, kilobytes]) => Number(kilobytes)
  ).reduce((sum, kilobytes) => sum + kilobytes, 0) / 1024

describe("many containers at once", () => {
  const gantry = useGantry()

  it("have an address each, and little memory; stop, and leave nothing when they are removed", async () => {
    const names = Array.from({ length: many }, (_, at) => `c${at}`)
    await forEach(names, (name) => gantry.ok("run", "-d", "--name", name, "base", "sleep", "600"))
    expect(await gantry.ok("ps", "-q").then((out) => out.split("\n"))).toHaveLength(many)
    const addresses = (await gantry.ok("inspect", "--format", "{{.NetworkSettings.IPAddress}}", ...names)).split("\n")
    expect(addresses.every((address) => /^\d+\.\d+\.\d+\.\d+$/.test(address))).toBe(true)
    expect(new Set(addresses).size).toBe(many)
    // Memory is given back a moment after the start. A page more or less is the collector's affair, a megabyte is not.
    await until("the supervisors to have 6 MB of their own each, and none much more", () => {
      const each = supervisors(gantry).map(({ pid }) => privateMegabytes(pid))
      const mean = each.reduce((sum, megabytes) => sum + megabytes, 0) / each.length
      if (each.length !== many || mean > 6 || Math.max(...each) > 7) {
        throw new Error(`${each.length}: ${each.toSorted().join(" ")}`)
      }
      return true
    })
    await gantry.ok("stop", "-t", "0", ...names)
    expect(await gantry.ok("ps", "-q")).toBe("")
    const tens = Array.from({ length: Math.ceil(many / 10) }, (_, at) => names.slice(at * 10, at * 10 + 10))
    await forEach(tens, (ten) => gantry.ok("rm", "-v", ...ten))
    await expectNothingLeft(gantry)
    expect(await gantry.ok("check")).toContain("all is well")
  }, 300_000)
})
