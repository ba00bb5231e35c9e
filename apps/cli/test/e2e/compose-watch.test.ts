import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"
import { projectIn } from "./host/project.ts"

describe("compose watch", () => {
  const gantry = useGantry()

  it("copies what changes into all containers of a service, takes away what goes, and runs a command after", async () => {
    const shop = projectIn(
      gantry,
      `
services:
  web:
    image: base
    command: sleep 600
    user: app
    stop_grace_period: 0s
    scale: 2
    develop:
      watch:
        - path: src
          action: sync+exec
          target: /srv/app
          ignore: ["*.log", "cache"]
          initial_sync: true
          exec: { command: ["sh", "-c", "echo have $$(ls /srv/app)"] }
`,
      { "src/first": "1\n", "src/sub/second": "2\n", "src/x.log": "no\n", "src/cache/y": "no\n" }
    )
    const at = (...names: ReadonlyArray<string>) => join(shop.folder, "src", ...names)
    const listing = async (index: number) =>
      (await shop.ok("exec", "-T", "--index", String(index), "web", "find", "/srv/app")).split("\n").toSorted()
    const watch = shop.start("watch")
    await watch.says(/Watch enabled/)
    expect(await listing(1)).toEqual(["/srv/app", "/srv/app/first", "/srv/app/sub", "/srv/app/sub/second"])
    mkdirSync(at("more", "deep"), { recursive: true })
    writeFileSync(at("more", "deep", "third"), "3\n")
    writeFileSync(at("z.log"), "no\n")
    rmSync(at("sub"), { recursive: true })
    await watch.says(/Syncing service "web" after \d+ changes were detected\n(.*\n)*have first more\nhave first more\n/)
    const after = ["/srv/app", "/srv/app/first", "/srv/app/more", "/srv/app/more/deep", "/srv/app/more/deep/third"]
    expect([await listing(1), await listing(2)]).toEqual([after, after])
    watch.kill("SIGINT")
    const { status, stdout } = await watch.ended
    expect([status, stdout]).toEqual([130, expect.stringContaining("Watch disabled\n")])
    expect(await shop.ok("ps", "--services")).toBe("web")
    await shop.ok("down")
  })

  it("goes on when something fails, and says what", async () => {
    const shop = projectIn(
      gantry,
      `
services:
  web:
    image: base
    command: sleep 600
    stop_grace_period: 0s
    develop: { watch: [{ path: conf, action: sync+exec, target: /etc/conf, exec: { command: ["grep", "good", "/etc/conf"] } }] }
`,
      { conf: "old\n" }
    )
    await shop.ok("up", "-d")
    const watch = shop.start("watch", "--no-up")
    await watch.says(/Watch enabled/)
    writeFileSync(join(shop.folder, "conf"), "bad\n")
    await watch.says(/grep good \/etc\/conf ended with exit status 1 in container shop-web-1\n/, "stderr")
    // As editors write.
    writeFileSync(join(shop.folder, "conf.new"), "good\n")
    renameSync(join(shop.folder, "conf.new"), join(shop.folder, "conf"))
    await watch.says(/^good$/m)
    watch.kill("SIGTERM")
    expect((await watch.ended).status).toBe(130)
    await shop.ok("down")
  })

  it("rebuilds and restarts beside up, which stays with the containers that come", async () => {
    const shop = projectIn(
      gantry,
      `
services:
  made:
    build: { context: made, dockerfile_inline: "FROM base\\nCOPY text /text\\n" }
    command: ["sh", "-c", "echo made $$(cat /text); exec sleep 600"]
    stop_grace_period: 0s
    develop: { watch: [{ path: made, action: rebuild }] }
  user:
    image: base
    command: ["sh", "-c", "echo user starts; exec sleep 600"]
    stop_grace_period: 0s
    depends_on: { made: { condition: service_started, restart: true } }
  conf:
    image: base
    command: ["sh", "-c", "echo conf $$(cat /etc/conf 2>/dev/null); exec sleep 600"]
    stop_grace_period: 0s
    develop: { watch: [{ path: conf, action: sync+restart, target: /etc/conf }] }
`,
      { "made/text": "one\n", conf: "a\n" }
    )
    const up = shop.start("up", "--watch", "--abort-on-container-exit")
    await up.says(/Watch enabled/)
    await up.says(/^made-1 +\| made one$/m)
    const before = await gantry.field("shop-made-1", "{{.Image}}")
    writeFileSync(join(shop.folder, "conf"), "b\n")
    await up.says(/^conf-1 +\| conf b$/m)
    await up.says(/service\(s\) \["conf"\] restarted/)
    writeFileSync(join(shop.folder, "made", "text"), "two\n")
    await up.says(/^made-1 +\| made two$/m)
    await up.says(/^user-1 +\| user starts\n(.*\n)*user-1 +\| user starts$/m)
    await up.says(/service\(s\) \["made"\] successfully built/)
    expect((await gantry.try("image", "inspect", before)).status).toBe(1)
    up.kill("SIGINT")
    const { status, stdout } = await up.ended
    expect(status).toBe(130)
    expect(stdout.match(/^made-1 +\| made two$/gm)).toHaveLength(1)
    expect(stdout.match(/exited with code/g)).toHaveLength(3)
    expect(await shop.ok("ps", "--services")).toBe("")
    await shop.ok("down", "--rmi", "local")
  })

  it("wants something to watch, and refuses what contradicts it", async () => {
    const shop = projectIn(
      gantry,
      `
services:
  web: { image: base, command: sleep 600 }
  made: { build: ., develop: { watch: [{ path: ., action: rebuild }] } }
`
    )
    const failure = async (...args: ReadonlyArray<string>) => {
      const { status, stderr } = await shop.try(...args)
      expect(status).toBe(1)
      return stderr
    }
    expect(await failure("watch", "web")).toContain("none of the selected services is configured for watch")
    expect(await failure("up", "--watch", "web")).toContain("none of the selected services is configured for watch")
    expect(await failure("up", "--watch", "-d")).toContain("--detach and --watch cannot be combined")
    expect(await failure("up", "--watch", "--no-build")).toContain(
      "--no-build is incompatible with watch action rebuild"
    )
  })
})
