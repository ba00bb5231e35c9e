import { describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"
import { projectIn } from "./host/project.ts"

describe("compose after somebody was killed in the middle of it", () => {
  const gantry = useGantry()
  const names = async () => (await gantry.ok("ps", "-a", "--format", "{{.Names}}")).split("\n").toSorted()

  it("comes to the containers that are wished for, with their names", async () => {
    const shop = projectIn(
      gantry,
      `services: { app: { image: base, command: sleep 600, stop_grace_period: 0s, scale: 2 } }\n`
    )
    const up = shop.start("up", "-d")
    await up.ended
    for (const step of ["Recreate", "Recreated"]) {
      const again = shop.start("up", "-d", "--force-recreate")
      await again.says(new RegExp(`${step}\\n`), "stderr")
      again.kill("SIGKILL")
      await again.ended
      await shop.ok("up", "-d")
      expect(await names()).toEqual(["shop-app-1", "shop-app-2"])
      expect((await shop.ok("ps", "-q")).split("\n")).toHaveLength(2)
    }
    await shop.ok("down")
  })

  it("removes what never took its place with the volumes that it alone has", async () => {
    const shop = projectIn(
      gantry,
      `services: { app: { image: base, command: sleep 600, stop_grace_period: 0s, volumes: [/data] } }\n`
    )
    await shop.ok("up", "-d")
    const before = await gantry.field("shop-app-1", "{{.Id}}")
    const volumes = await gantry.ok("volume", "ls", "-q")
    const labels = { project: "shop", service: "app", "container-number": "1", oneoff: "False", "config-hash": "other" }
    await gantry.ok(
      "create",
      "--name",
      `${before.slice(0, 12)}_shop-app-1`,
      ...Object.entries(labels).map(([name, value]) => `--label=com.docker.compose.${name}=${value}`),
      "--volume=/data",
      "base"
    )
    expect((await gantry.ok("volume", "ls", "-q")).split("\n")).toHaveLength(2)
    await shop.ok("up", "-d")
    expect(await names()).toEqual(["shop-app-1"])
    expect(await gantry.field("shop-app-1", "{{.Id}}")).toBe(before)
    expect(await gantry.ok("volume", "ls", "-q")).toBe(volumes)
    await shop.ok("down", "-v")
  })

  it("does so from what a container left that never took its place", async () => {
    const shop = projectIn(gantry, `services: { app: { image: base, command: sleep 600, stop_grace_period: 0s } }\n`)
    await shop.ok("up", "-d")
    const before = await gantry.field("shop-app-1", "{{.Id}}")
    await gantry.ok("rename", "shop-app-1", `${before.slice(0, 12)}_shop-app-1`)
    await shop.ok("up", "-d")
    expect(await names()).toEqual(["shop-app-1"])
    expect(await gantry.field("shop-app-1", "{{.Id}}")).toBe(before)
    await shop.ok("down")
  })
})
