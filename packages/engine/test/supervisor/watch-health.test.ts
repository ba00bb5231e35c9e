import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Health } from "@gantry/core/runtime/ContainerState"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { watchHealth } from "../../src/supervisor/watch-health.ts"

/** A look that leaves a line behind, and then ends with that code. */
const looking = (directory: string, exitCode: number, before = ":"): ReadonlyArray<string> => {
  const check = JSON.stringify({ start: Date.now(), end: Date.now() + 1000, exitCode, output: "" })
  return ["sh", "-c", `echo look >> "${directory}/looks"; ${before}; echo '${check}'`]
}

describe("who looks at a container's health", () => {
  let directory = ""
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "gantry-health-"))
  })
  afterEach(() => rmSync(directory, { recursive: true }))

  const rule = (probe: ReadonlyArray<string>) =>
    ({
      probe,
      interval: 5,
      timeout: 5000,
      startPeriod: 0,
      startInterval: 5,
      retries: 1,
      onFailure: "none"
    }) as const
  const looks = () =>
    existsSync(join(directory, "looks")) ? readFileSync(join(directory, "looks"), "utf8").split("\n").length - 1 : 0

  it("does not look while it is paused", async () => {
    let asked = 0
    let looksWhileStill = -1
    const health = await new Promise<Health>((resolve) => {
      const watch = watchHealth(directory, rule(looking(directory, 1)), {
        standsStill: () => {
          asked++
          if (asked === 5) looksWhileStill = looks()
          return asked < 5
        },
        onChange: (found) => {
          watch.stop()
          resolve(found)
        }
      })
    })
    expect([health.status, looksWhileStill, looks()]).toEqual(["unhealthy", 0, 1])
  })

  it("counts no look during which it was paused", async () => {
    const seen = join(directory, "seen")
    // The first look fails, and not before it was seen that the container stands still.
    const probe = looking(
      directory,
      0,
      `[ -e "${seen}" ] || { while ! [ -e "${seen}" ]; do sleep 0.01; done; echo no; exit 1; }`
    )
    let asked = 0
    const health = await new Promise<Health>((resolve) => {
      const watch = watchHealth(directory, rule(probe), {
        standsStill: () => {
          asked++
          if (asked !== 2) return false
          writeFileSync(seen, "")
          return true
        },
        onChange: (found) => {
          watch.stop()
          resolve(found)
        }
      })
    })
    expect([health.status, health.log.length, looks()]).toEqual(["healthy", 1, 2])
  })

  it("rests three times as long as a look took, however often it is to look", async () => {
    const times = join(directory, "times")
    const now = `date +%s%N >> ${times}`
    const marked = () => (existsSync(times) ? readFileSync(times, "utf8").split("\n").slice(0, -1).map(Number) : [])
    await new Promise<void>((resolve) => {
      const watch = watchHealth(directory, rule(looking(directory, 0, `${now}; sleep 0.05; ${now}`)), {
        standsStill: () => {
          if (marked().length < 4) return false
          watch.stop()
          resolve()
          return true
        },
        onChange: () => undefined
      })
    })
    const [begin = 0, end = 0, next = 0] = marked()
    expect(next - end).toBeGreaterThanOrEqual(3 * (end - begin))
  })
})
