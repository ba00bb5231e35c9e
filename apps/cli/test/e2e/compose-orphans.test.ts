import { describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"
import { projectIn } from "./host/project.ts"

const yaml = `
services:
  web: { image: base, command: sleep 600, stop_grace_period: 0s, volumes: ["data:/data"] }
volumes: { data: }
`

describe("containers of compose run", () => {
  const gantry = useGantry()
  const names = async () =>
    (await gantry.ok("ps", "-a", "--format", "{{.Names}}"))
      .split("\n")
      .filter((name) => name !== "")
      .toSorted()

  it("outlive down and rm, with what they use, until they are to be removed with orphans", async () => {
    const shop = projectIn(gantry, yaml)
    await shop.ok("up", "-d")
    await shop.ok("run", "-d", "--name", "job", "web", "sleep", "600")
    const down = await shop.try("down", "-v")
    expect(down.status).toBe(0)
    expect(down.stderr).toContain("Network shop_default  Resource is still in use")
    expect(down.stderr).toContain("Volume shop_data  Resource is still in use")
    expect(await names()).toEqual(["job"])
    await shop.ok("up", "-d")
    await shop.ok("rm", "--stop", "--force")
    expect(await names()).toEqual(["job"])
    await shop.ok("down", "-v", "--remove-orphans")
    expect(await names()).toEqual([])
    expect(await gantry.ok("volume", "ls", "-q")).toBe("")
    expect(await gantry.ok("network", "ls", "-q", "--filter", "label=com.docker.compose.project=shop")).toBe("")
  })

  it("are orphans once they have ended, for up as for down", async () => {
    const shop = projectIn(gantry, yaml)
    await shop.ok("run", "--name", "job", "-T", "web", "true")
    await shop.ok("run", "-d", "--name", "busy", "web", "sleep", "600")
    const up = await shop.try("up", "-d")
    expect(up.stderr).toContain("found orphan containers (job) for this project")
    await shop.ok("up", "-d", "--remove-orphans")
    expect(await names()).toEqual(["busy", "shop-web-1"])
    await shop.ok("down", "-v", "--remove-orphans")
    expect(await names()).toEqual([])
  })
})
