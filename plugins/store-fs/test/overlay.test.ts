import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"

const compare = fileURLToPath(new URL("overlay/compare.ts", import.meta.url))

describe.runIf(process.getuid?.() === 0)("with real mounts (root)", () => {
  it("the store says of a stack what overlayfs shows, also after commands changed it and it was committed", () => {
    const root = mkdtempSync(join(tmpdir(), "gantry-store-fs-"))
    const seed = Date.now() % 1_000_000_000
    const unshare = ["--mount", "--propagation", "private", process.execPath, "--conditions=gantry-source"]
    const outcome = spawnSync("unshare", [...unshare, compare, root, "60", String(seed)], {
      encoding: "utf8",
      timeout: 90_000
    })
    rmSync(root, { recursive: true })
    expect(outcome.stdout + outcome.stderr).toBe("")
    expect(outcome.status).toBe(0)
  }, 120_000)
})
