import { chmodSync, chownSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeAll, describe, expect, it } from "vitest"
import { writeBaseContext } from "../base-context.ts"
import { openUser } from "./host/ordinary-user.ts"

describe("compose watch of an ordinary user", () => {
  const user = openUser(64_261)
  beforeAll(async () => {
    const directory = user.context("base", {})
    writeBaseContext(directory)
    await user.ok("build", "-t", "base", directory)
  })
  afterEach(async () => {
    const ids = (await user.ok("ps", "-aq")).split("\n").filter((id) => id !== "")
    if (ids.length > 0) await user.ok("rm", "-f", "-v", ...ids)
  })

  it("copies the user's files as those of the container's root, and takes them away again", async () => {
    const folder = user.context("shop", {
      "compose.yaml": `
services:
  web:
    image: base
    command: sleep 600
    stop_grace_period: 0s
    develop:
      watch:
        - path: src
          action: sync+exec
          target: /srv
          initial_sync: true
          exec: { command: ["sh", "-c", "stat -c '%n %u' /srv/*"] }
`
    })
    mkdirSync(join(folder, "src"))
    writeFileSync(join(folder, "src", "first"), "1\n")
    for (const name of ["src", "src/first"]) chownSync(join(folder, name), user.uid, user.uid)
    const words = ["compose", "-p", "shop", "-f", join(folder, "compose.yaml")]
    const watch = user.start(...words, "watch")
    await watch.says(/Watch enabled/)
    const second = join(folder, "second")
    writeFileSync(second, "2\n")
    chownSync(second, user.uid, user.uid)
    renameSync(second, join(folder, "src", "second"))
    await watch.says(/^\/srv\/first 0\n\/srv\/second 0$/m)
    rmSync(join(folder, "src", "first"))
    await watch.says(/Syncing service "web" after 1 changes were detected\n\/srv\/second 0\n$/)
    watch.kill("SIGINT")
    expect((await watch.ended).status).toBe(130)
    await user.ok(...words, "down")
  })

  it("needs no right to read the directory above, nor those below that are not the user's", async () => {
    const above = mkdtempSync("/tmp/ge-closed-")
    const folder = join(above, "project")
    mkdirSync(folder)
    mkdirSync(join(folder, "closed"), { mode: 0o700 })
    const yaml = (more: string) => `
services:
  web:
    image: base
    command: sleep 600
    stop_grace_period: 0s
    develop: { watch: [{ path: ., action: sync, target: /srv${more} }] }
`
    writeFileSync(join(folder, "compose.yaml"), yaml(""))
    for (const path of [folder, join(folder, "compose.yaml")]) chownSync(path, user.uid, user.uid)
    chmodSync(above, 0o711)
    try {
      const words = ["compose", "-p", "shop", "-f", join(folder, "compose.yaml")]
      const watch = user.start(...words, "watch")
      await watch.says(/Watch enabled/)
      writeFileSync(join(folder, "file"), "1")
      await watch.says(/Syncing service "web" after 1 changes were detected/)
      watch.kill("SIGINT")
      expect((await watch.ended).status).toBe(130)
      writeFileSync(join(folder, "compose.yaml"), yaml(", initial_sync: true"))
      const refused = await user.try(...words, "watch", "--no-up")
      expect(refused.status).toBe(1)
      expect(refused.stderr).toContain("service web: its files cannot be copied at first: EACCES")
      await user.ok(...words, "down")
    } finally {
      rmSync(above, { recursive: true })
    }
  })
})
