import { existsSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"
import { projectIn } from "./host/project.ts"

describe("what services of compose have mounted", () => {
  const gantry = useGantry()

  it("is a file of the host as well as a directory, which is made where there is none", async () => {
    const shop = projectIn(
      gantry,
      `
services:
  app:
    image: base
    command: ["sh", "-c", "cat /a /b; ls -d /made"]
    volumes: ["./file:/a", { type: bind, source: ./file, target: /b, read_only: true }, "./made:/made"]
`,
      { file: "text\n" }
    )
    const up = await shop.try("up", "--exit-code-from", "app", "--no-log-prefix")
    expect([up.status, up.stdout]).toEqual([0, expect.stringContaining("text\ntext\n/made\n")])
    expect(existsSync(join(shop.folder, "made"))).toBe(true)
    await shop.ok("down")
  })

  it("is a part of a volume that another service makes before", async () => {
    const shop = projectIn(
      gantry,
      `
services:
  app:
    image: base
    command: cat /part/file
    volumes: [{ type: volume, source: data, target: /part, volume: { subpath: one/two } }]
    depends_on: { prepare: { condition: service_completed_successfully } }
  prepare: { image: base, command: ["sh", "-c", "mkdir -p /data/one/two && echo made > /data/one/two/file"], volumes: ["data:/data"] }
volumes: { data: }
`
    )
    const up = await shop.try("up", "--exit-code-from", "app", "--no-log-prefix")
    expect([up.status, up.stdout]).toEqual([0, expect.stringContaining("made\n")])
    await shop.ok("down", "-v")
  })

  it.each([
    ["volume", `external volume "shop_none" not found`, `volumes: ["none:/data"]`],
    ["network", "network shop_none declared as external, but could not be found", "networks: [none]"]
  ])("is no external %s that is not there", async (kind, complaint, wish) => {
    const shop = projectIn(
      gantry,
      `
services: { app: { image: base, command: "true", ${wish} } }
${kind}s: { none: { external: true, name: shop_none } }
`
    )
    const up = await shop.try("up", "-d")
    expect([up.status, up.stderr]).toEqual([1, expect.stringContaining(complaint)])
    await shop.ok("down")
  })
})
