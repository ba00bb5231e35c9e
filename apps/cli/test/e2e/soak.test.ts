import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { expectNothingLeft, useGantry } from "./host/gantry.ts"
import { lives } from "./life/commands.ts"

/** How many lives are led, and which: to try harder, and to lead one again. */
const runs = Number(process.env["GANTRY_SOAK_RUNS"] ?? "2")
const seed = process.env["GANTRY_SOAK_SEED"]
const path = process.env["GANTRY_SOAK_PATH"]
const longest = Number(process.env["GANTRY_SOAK_COMMANDS"] ?? "25")

describe("containers that are started, stopped, changed and removed at random", () => {
  const gantry = useGantry()

  it(
    "fare as they should whoever is killed on the way, and leave nothing",
    async () => {
      const property = fc.asyncProperty(lives(longest), async (commands) => {
        await fc.asyncModelRun(() => ({ model: new Map(), real: gantry }), commands)
        const ids = (await gantry.ok("ps", "-q")).split("\n").filter((id) => id !== "")
        const addresses = (
          await Promise.all(ids.map((id) => gantry.field(id, "{{.NetworkSettings.IPAddress}}")))
        ).filter((address) => address !== "")
        expect(new Set(addresses).size).toBe(addresses.length)
        const check = await gantry.try("check")
        expect(`${check.status} ${check.stdout}`).toMatch(/^0 /)
        await gantry.removeAll()
        await expectNothingLeft(gantry)
      })
      await fc.assert(
        property.beforeEach(async () => gantry.removeAll()),
        {
          numRuns: runs,
          // Each life takes seconds: the first that fails is told of as it is, and can be made shorter by hand.
          endOnFailure: process.env["GANTRY_SOAK_SHRINK"] === undefined,
          ...(seed === undefined ? {} : { seed: Number(seed) }),
          ...(path === undefined ? {} : { path })
        }
      )
    },
    120_000 * runs
  )
})
