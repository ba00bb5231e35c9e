import { chownSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs"
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
})
