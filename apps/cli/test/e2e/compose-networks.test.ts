import { describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"
import { projectIn } from "./host/project.ts"

describe("networks and volumes of compose", () => {
  const gantry = useGantry()

  it("are made anew when the files have them otherwise, under the containers that are in them", async () => {
    const yaml = (subnet: string) => `
services:
  app: { image: base, command: sleep 600, stop_grace_period: 0s }
  none: { image: base, command: sleep 600, stop_grace_period: 0s, network_mode: none }
networks: { default: { ipam: { config: [{ subnet: ${subnet} }] } } }
`
    const shop = projectIn(gantry, yaml("10.211.1.0/24"))
    const facts = () =>
      Promise.all(["shop-app-1", "shop-none-1"].map((name) => gantry.field(name, "{{.Id}} {{.State.StartedAt}}")))
    const addresses = () => shop.ok("exec", "-T", "app", "ip", "-4", "addr")
    await shop.ok("up", "-d")
    expect(await addresses()).toContain("10.211.1.")
    const before = await facts()
    await shop.ok("up", "-d")
    expect(await facts()).toEqual(before)
    shop.rewrite(yaml("10.211.2.0/24"))
    await shop.ok("up", "-d")
    expect(await addresses()).toContain("10.211.2.")
    expect((await facts())[1]).toBe(before[1])
    await shop.ok("down")
  })

  it("are used as they are when somebody else has made them, and that is said and they are left", async () => {
    await gantry.ok("network", "create", "shop_default")
    await gantry.ok("volume", "create", "--label", "com.docker.compose.project=other", "shop_data")
    const shop = projectIn(
      gantry,
      `
services: { app: { image: base, command: "true", volumes: ["data:/data"] } }
volumes: { data: }
`
    )
    const up = await shop.try("up", "-d")
    expect(up.status).toBe(0)
    expect(up.stderr).toContain("a network with name shop_default exists, and was not made by compose")
    expect(up.stderr).toContain(`a volume with name shop_data exists, and was made for project "other"`)
    await shop.ok("down", "-v")
    expect(await gantry.ok("network", "ls", "--format", "{{.Name}}")).toContain("shop_default")
    expect(await gantry.ok("volume", "ls", "-q")).toBe("shop_data")
    await gantry.ok("network", "rm", "shop_default")
    await gantry.ok("volume", "rm", "shop_data")
  })

  it("are not there when only the beginning of an ID is called as they are", async () => {
    const id = await gantry.ok("network", "create", "stranger")
    const shop = projectIn(
      gantry,
      `
services: { app: { image: base, command: "true" } }
networks: { default: { name: "${id.slice(0, 6)}" } }
`
    )
    await shop.ok("up", "-d")
    expect(await gantry.ok("network", "ls", "--format", "{{.Name}}")).toContain(id.slice(0, 6))
    await shop.ok("down")
    await gantry.ok("network", "rm", "stranger")
  })

  it("do not matter to a pull, which says what is to be built because no registry has it", async () => {
    const shop = projectIn(
      gantry,
      `services: { app: { image: "127.0.0.1:1/app", build: { context: ., dockerfile_inline: FROM base } } }\n`
    )
    const pull = await shop.try("pull")
    expect([pull.status, pull.stderr]).toEqual([1, expect.stringMatching(/must be built[^]*compose build app\n$/)])
    expect((await shop.try("pull", "--ignore-pull-failures")).status).toBe(0)
  })
})
