import { describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"
import { projectIn } from "./host/project.ts"

describe("services of compose that need others", () => {
  const gantry = useGantry()
  const idOf = (name: string) => gantry.field(name, "{{.Id}}")

  it("are waited for until they run, or have done the work that others wait for", async () => {
    const shop = projectIn(
      gantry,
      `
services:
  app: { image: base, command: sleep 600, stop_grace_period: 0s, depends_on: { job: { condition: service_completed_successfully } } }
  job: { image: base, command: "true" }
`
    )
    const up = await shop.try("up", "--wait")
    expect(up.status).toBe(0)
    expect(up.stderr).toMatch(/shop-job-1 +Exited\n/)
    await shop.ok("down")
  })

  it("start without what they can do without, and say so; without what they cannot they do not", async () => {
    const shop = projectIn(
      gantry,
      `
services:
  app:
    image: base
    command: sleep 600
    stop_grace_period: 0s
    depends_on:
      ill: { condition: service_healthy, required: false }
      job: { condition: service_completed_successfully, required: false }
  strict: { image: base, command: sleep 600, depends_on: { ill: { condition: service_healthy } } }
  ill: { image: base, command: sleep 600, stop_grace_period: 0s, healthcheck: { test: "false", interval: 100ms, retries: 1 } }
  job: { image: base, command: ["sh", "-c", "exit 4"] }
`
    )
    const up = await shop.try("up", "-d", "app")
    expect(up.status).toBe(0)
    expect(up.stderr).toContain(`optional dependency "ill" of app: dependency failed to start: container shop-ill-1 is`)
    expect(up.stderr).toContain(`optional dependency "job" of app: service "job" didn't complete successfully: exit 4`)
    expect(await shop.ok("ps", "--services", "app")).toBe("app")
    const strict = await shop.try("up", "-d", "strict")
    expect(strict.status).toBe(1)
    expect(strict.stderr).toContain("dependency failed to start: container shop-ill-1 is unhealthy")
    await shop.ok("down")
  })

  it("wait for what has ended and is started again, as long as it is not well", async () => {
    const shop = projectIn(
      gantry,
      `
services:
  app: { image: base, command: ["cat", "/data/tries"], volumes: ["data:/data"], depends_on: { db: { condition: service_healthy } } }
  db:
    image: base
    command: ["sh", "-c", "echo try >> /data/tries; test $$(wc -l < /data/tries) -gt 2 && exec sleep 600; exit 2"]
    volumes: ["data:/data"]
    restart: on-failure
    stop_grace_period: 0s
    healthcheck: { test: "test $$(wc -l < /data/tries) -gt 2", interval: 200ms, retries: 1000 }
volumes: { data: }
`
    )
    const up = await shop.try("up", "--exit-code-from", "app", "--no-log-prefix")
    expect([up.status, up.stdout]).toEqual([0, expect.stringContaining("try\ntry\ntry\n")])
    await shop.ok("down", "-v")
  })

  it("start as soon as what they need is ready, and stop as soon as what needs them has, whatever others wait for", async () => {
    const ends = 'trap "rm /data/late; exit 0" TERM; sleep 600 & wait'
    const waitsToEnd =
      "trap 'while test -e /data/late; do sleep 0.1; done; exit 0' TERM; touch /data/late; sleep 600 & wait"
    const shop = projectIn(
      gantry,
      `
x-all: &all { image: base, volumes: ["data:/data"], stop_grace_period: 2m }
services:
  slow:
    <<: *all
    command: ["sh", "-c", ${JSON.stringify(ends)}]
    healthcheck: { test: "test -e /data/late", interval: 100ms, retries: 100000 }
  waits: { <<: *all, command: sleep 600, stop_grace_period: 0s, depends_on: { slow: { condition: service_healthy } } }
  first: { <<: *all, command: sleep 600, stop_grace_period: 0s }
  second: { <<: *all, command: sleep 600, stop_grace_period: 0s, depends_on: [first] }
  late: { <<: *all, command: ["sh", "-c", ${JSON.stringify(waitsToEnd)}], depends_on: [second] }
volumes: { data: }
`
    )
    // The slow one is only well once the last of the others runs, and that one only ends when the slow one has.
    await shop.ok("up", "-d")
    await shop.ok("stop")
    expect(await gantry.field("shop-late-1", "{{.State.ExitCode}}")).toBe("0")
    await shop.ok("up", "-d")
    await shop.ok("down", "-v")
  })

  it("are made anew when what they share with is another container, and restarted after it", async () => {
    const shop = projectIn(
      gantry,
      `
services:
  web: { image: base, command: httpd -f -p 80 -h /etc, stop_grace_period: 0s, scale: 2 }
  side: { image: base, command: sleep 600, stop_grace_period: 0s, network_mode: "service:web" }
  look: { image: base, command: sleep 600, stop_grace_period: 0s, pid: "service:web" }
`
    )
    const reads = () => shop.ok("exec", "-T", "side", "wget", "-q", "-O", "-", "http://127.0.0.1/group")
    const sees = () => shop.ok("exec", "-T", "look", "ps")
    await shop.ok("up", "-d")
    const before = [await idOf("shop-side-1"), await idOf("shop-look-1")]
    await shop.ok("up", "-d")
    expect([await idOf("shop-side-1"), await idOf("shop-look-1")]).toEqual(before)
    await shop.ok("up", "-d", "--force-recreate", "web")
    await shop.ok("up", "-d")
    expect(await reads()).toContain("root:x:0")
    expect(await sees()).toContain("httpd -f")
    await shop.ok("restart", "web")
    expect(await reads()).toContain("root:x:0")
    expect(await sees()).toContain("httpd -f")
    await shop.ok("down")
  })
})
