import { describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"
import { projectIn } from "./host/project.ts"

describe("compose up in the foreground", () => {
  const gantry = useGantry()
  const running = () => gantry.ok("ps", "--format", "{{.Names}}")

  it("shows what containers write while others still wait for them, and stops them when asked to", async () => {
    const shop = projectIn(
      gantry,
      `
services:
  app: { image: base, command: sleep 600, depends_on: { db: { condition: service_healthy } } }
  db:
    image: base
    command: ["sh", "-c", "trap 'echo ends; exit 0' TERM; echo is up; while :; do sleep 1 & wait $$!; done"]
    healthcheck: { test: "false", interval: 1s, retries: 1000 }
`
    )
    const up = shop.start("up")
    await up.says(/^db-1 +\| is up$/m)
    up.kill("SIGINT")
    const { status, stderr, stdout } = await up.ended
    expect(status).toBe(130)
    expect(stdout).toMatch(/\| ends\ndb-1 exited with code 0\n/)
    expect(stderr).not.toContain("Error")
    expect(await running()).toBe("")
    await shop.ok("down")
  })

  it("stays for the services that were named, and leaves what they need running", async () => {
    const shop = projectIn(
      gantry,
      `
services:
  app: { image: base, command: ["sh", "-c", "echo done; exit 5"], depends_on: [db] }
  db: { image: base, command: sleep 600, stop_grace_period: 0s }
`
    )
    const up = await shop.try("up", "app")
    expect([up.status, up.stdout]).toEqual([0, "app-1  | done\napp-1 exited with code 5\n"])
    expect(await running()).toBe("shop-db-1")
    await shop.ok("down")
  })

  it("stops all once one has ended, except for one that others wait to have done its work", async () => {
    const shop = projectIn(
      gantry,
      `
services:
  app:
    image: base
    command: ["sh", "-c", "until test -e /data/go; do sleep 0.1; done; exit 6"]
    volumes: ["data:/data"]
    depends_on: { job: { condition: service_completed_successfully } }
  db: { image: base, command: sleep 600, stop_grace_period: 0s }
  job: { image: base, command: "true" }
volumes: { data: }
`
    )
    const up = shop.start("up", "--abort-on-container-exit")
    await up.says(/^job-1 exited with code 0$/m)
    await shop.ok("run", "--rm", "--no-deps", "-v", "data:/data", "db", "touch", "/data/go")
    const { status, stderr, stdout } = await up.ended
    expect(status).toBe(6)
    expect(stderr).toContain("Aborting on container exit...")
    expect(stdout).toContain("db-1 exited with code 137")
    await shop.ok("down", "-v")
  })

  it("ends with the code of one service, which has its time unless another one fails", async () => {
    const yaml = (code: number, gate: string) => `
services:
  app: { image: base, command: ["sh", "-c", "touch /data/app; until test -e /data/ended; do sleep 0.1; done; exit 7"], volumes: ["data:/data"], stop_grace_period: 0s }
  other: { image: base, command: ["sh", "-c", "until test -e /data/app; do sleep 0.1; done; exit ${code}"], volumes: ["data:/data"] }
  last: { image: base, command: touch /data/ended, volumes: ["data:/data"], depends_on: { gate: { condition: service_completed_successfully } } }
  gate: { image: base, command: ${gate}, stop_grace_period: 0s }
volumes: { data: }
`
    const shop = projectIn(gantry, yaml(0, "sleep 1"))
    const well = await shop.try("up", "--exit-code-from", "app")
    expect([well.status, well.stdout]).toEqual([7, expect.stringContaining("other-1 exited with code 0")])
    await shop.ok("down", "-v")
    shop.rewrite(yaml(3, "sleep 600"))
    const ill = await shop.try("up", "--exit-code-from", "app")
    expect([ill.status, ill.stdout]).toEqual([137, expect.stringContaining("other-1 exited with code 3")])
    await shop.ok("down", "-v")
  })

  it.each([
    [["-d", "--abort-on-container-exit"], "--detach cannot be combined with --abort-on-container-exit"],
    [["--wait", "--attach", "app"], "--wait cannot be combined with"],
    [["--attach", "app", "--attach-dependencies"], "cannot combine --attach and --attach-dependencies"],
    [["--no-recreate", "-V"], "--no-recreate and --renew-anon-volumes are incompatible"],
    [["--attach", "nobody"], "cannot attach to services not included in up: nobody"]
  ])("refuses %j", async (options, complaint) => {
    const shop = projectIn(gantry, `services: { app: { image: base, command: "true" } }\n`)
    const up = await shop.try("up", ...options)
    expect([up.status, up.stderr]).toEqual([1, expect.stringContaining(complaint)])
    expect(await gantry.ok("ps", "-aq")).toBe("")
  })
})
