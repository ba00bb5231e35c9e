import { describe, expect, it } from "vitest"
import { useGantryBy } from "./host/gantry.ts"
import { everyRuntime } from "./host/oci-runtimes.ts"
import { until } from "./host/until.ts"

const counter = "i=0; while :; do i=$((i+1)); echo $i; sleep 0.05; done"

describe.each(everyRuntime)("a container that stands still, made by %s", (runtime) => {
  const gantry = useGantryBy(runtime)
  const lines = async (name: string) => (await gantry.ok("logs", name)).split("\n").length

  it("does nothing until it goes on, and then goes on where it stopped", async () => {
    await gantry.ok("run", "-d", "--name", "count", "base", "sh", "-c", counter)
    await gantry.ok("pause", "count")
    expect(await gantry.ok("ps", "--format", "{{.Status}}")).toContain("(Paused)")
    const before = await lines("count")
    // A process that runs would have counted on meanwhile: this one takes as long as several of its turns.
    await gantry.ok("run", "--rm", "base", "sleep", "0.3")
    expect(await lines("count")).toBe(before)
    await gantry.ok("unpause", "count")
    await until("the container to go on", async () => (await lines("count")) > before, 5)
    const counted = (await gantry.ok("logs", "count")).split("\n").map(Number)
    expect(counted).toEqual(counted.map((_, index) => index + 1))
  })

  it("can be killed, and removed by force", async () => {
    await gantry.ok("run", "-d", "--name", "one", "base", "sleep", "600")
    await gantry.ok("pause", "one")
    await gantry.ok("kill", "one")
    expect(await gantry.ok("wait", "one")).toBe("137")
    await gantry.ok("run", "-d", "--name", "two", "base", "sleep", "600")
    await gantry.ok("pause", "two")
    await gantry.ok("rm", "-f", "two")
  })

  it("is not lost by a restart, and one made with --rm is kept by it", async () => {
    await gantry.ok("run", "-d", "--rm", "--name", "kept", "base", "sh", "-c", "echo began; sleep 600")
    await gantry.start("logs", "-f", "kept").says(/began/)
    await gantry.ok("pause", "kept")
    await gantry.ok("restart", "-t", "0", "kept")
    expect(await gantry.field("kept", "{{.State.Status}}")).toBe("running")
    expect((await gantry.ok("top", "kept")).split("\n").length).toBeGreaterThan(1)
    expect(await gantry.ok("stats", "--no-stream", "--format", "{{.Name}} {{.PIDs}}")).toMatch(/^kept [12]$/)
  })
})
