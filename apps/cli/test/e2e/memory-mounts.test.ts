import { describe, expect, it } from "vitest"
import { useGantryBy } from "./host/gantry.ts"
import { everyRuntime } from "./host/oci-runtimes.ts"

describe.each(everyRuntime)("file systems in memory by %s", (runtime) => {
  const gantry = useGantryBy(runtime)

  it("that are read-only have others mounted in them, and nothing is written to them afterwards", async () => {
    const mounts = ["--tmpfs", "/a:ro,size=64k", "-v", "volume:/a/b", "--tmpfs", "/a/c/d"]
    const command = "! touch /a/x 2>/dev/null && touch /a/b/x /a/c/d/y && find /a | sort && mount | grep ' on /a '"
    const [shown, told] = (await gantry.ok("run", "--rm", ...mounts, "base", "sh", "-c", command)).split("\ntmpfs")
    expect(shown?.split("\n")).toEqual(["/a", "/a/b", "/a/b/x", "/a/c", "/a/c/d", "/a/c/d/y"])
    expect(told).toMatch(/type tmpfs \(ro,nosuid,nodev,noexec,.*size=64k/)
    await gantry.ok("volume", "rm", "volume")
  })
})
