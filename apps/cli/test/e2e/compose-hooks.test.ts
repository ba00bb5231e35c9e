import { describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"
import { projectIn } from "./host/project.ts"

/** Writes a line into a file of a volume, with what a command of a Compose file is given. */
const note = (text: string) => JSON.stringify(["sh", "-c", `echo ${text} >> /data/notes`])

describe("commands that compose runs after a start and before a stop", () => {
  const gantry = useGantry()

  it("are run in each container, as whom, where and with what the file says", async () => {
    const shop = projectIn(
      gantry,
      `
services:
  web:
    image: base
    command: sleep 600
    user: app
    stop_grace_period: 0s
    volumes: ["data:/data"]
    environment: { OWN: own, GONE: here }
    post_start:
      - { command: ${note("up $$(id -un) $$PWD $$OWN $$MORE $${GONE-none}")}, user: root, working_dir: /etc, environment: [MORE=more, GONE] }
    pre_stop:
      - { command: ["sh", "-c", "mount -t tmpfs none /home && echo down as $$(id -un) >> /data/notes"], user: root, privileged: true }
  last: { image: base, command: sleep 600, stop_grace_period: 0s, volumes: ["data:/data"], depends_on: [web], post_start: [{ command: ${note("last")} }] }
volumes: { data: }
`
    )
    const notes = async () => {
      const text = await shop.ok("run", "--rm", "--no-deps", "-T", "--entrypoint", "cat /data/notes", "last")
      return text.split("\n").filter((line) => line !== "last")
    }
    await shop.ok("up", "-d")
    expect(await notes()).toEqual(["up root /etc own more none"])
    await shop.ok("up", "-d")
    await shop.ok("restart", "web")
    await shop.ok("stop")
    const up = "up root /etc own more none"
    expect(await notes()).toEqual([up, "down as root", up, "down as root"])
    await shop.ok("start", "web")
    await shop.ok("up", "-d", "--scale", "web=0", "web")
    expect((await notes()).slice(4)).toEqual([up, "down as root"])
    await shop.ok("down", "-v")
  })

  it("show what they write in the foreground, and are run when it is interrupted", async () => {
    const shop = projectIn(
      gantry,
      `
services:
  web:
    image: base
    command: sleep 600
    stop_grace_period: 0s
    post_start: [{ command: echo hello }]
    pre_stop: [{ command: ["sh", "-c", "echo bye; echo now >&2"] }]
`
    )
    const up = shop.start("up")
    await up.says(/^web-1 -> {2}\| hello$/m)
    up.kill("SIGINT")
    const { status, stdout } = await up.ended
    expect(status).toBe(130)
    expect(stdout).toMatch(/^web-1 -> {2}\| bye$/m)
    expect(stdout).toMatch(/^web-1 -> {2}\| now$/m)
    await shop.ok("down")
  })

  it("fail the command that runs them, which says what they wrote last", async () => {
    const yaml = (after: string, before: string) => `
services:
  web:
    image: base
    command: sleep 600
    stop_grace_period: 0s
    post_start: [{ command: ${after} }]
    pre_stop: [{ command: ${before} }]
  user: { image: base, command: sleep 600, stop_grace_period: 0s, depends_on: [web] }
`
    const bad = '["sh", "-c", "echo first; echo no luck >&2; exit 3"]'
    const shop = projectIn(gantry, yaml(bad, '"true"'))
    const up = await shop.try("up", "-d")
    expect([up.status, up.stderr]).toEqual([
      1,
      expect.stringContaining(
        'service web: its post_start command failed in container shop-web-1: exit status 3, "no luck"\n'
      )
    ])
    expect(await shop.ok("ps", "--services")).toBe("web")
    shop.rewrite(yaml('"true"', "nowhere"))
    await shop.ok("up", "-d")
    const stopped = await shop.try("stop")
    expect([stopped.status, stopped.stderr]).toEqual([
      1,
      expect.stringMatching(
        /service web: its pre_stop command failed in container shop-web-1: exec: "nowhere": .*\n.*compose kill web/
      )
    ])
    expect(await shop.ok("ps", "--services")).toBe("web")
    await shop.ok("kill", "web")
    await shop.ok("down")
  })

  it("do not stand in the way of what has ended, is paused, or was made by compose run", async () => {
    const shop = projectIn(
      gantry,
      `
services:
  web: { image: base, command: sleep 600, stop_grace_period: 0s, pre_stop: [{ command: "false" }] }
  once: { image: base, command: "true", post_start: [{ command: "true" }] }
`
    )
    expect(await shop.ok("run", "--rm", "-T", "once", "echo", "done")).toBe("done")
    await shop.ok("up", "-d")
    await shop.ok("pause", "web")
    await shop.ok("stop")
    await shop.ok("down")
  })
})
