import { execFileSync, spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { cidFile } from "../../src/commands/cid-file.ts"
import type { Usage } from "../../src/commands/Usage.ts"

const mounts = spawnSync("unshare", ["--mount", "true"]).status === 0

describe("the file of --cidfile", () => {
  let path = ""
  beforeEach(() => {
    path = join(mkdtempSync(join(tmpdir(), "gantry-cid-")), "cid")
  })
  afterEach(() => rmSync(join(path, ".."), { recursive: true, force: true }))

  const used = (meanwhile: (write: (id: string) => Effect.Effect<void, Usage>) => Effect.Effect<void, Usage>) =>
    Effect.runPromise(Effect.scoped(Effect.flatMap(cidFile(path), meanwhile)))

  it("has the ID once there is one, and is taken away when there is none", async () => {
    await used((write) => write("abc"))
    expect(readFileSync(path, "utf8")).toBe("abc")
    rmSync(path)
    await used(() => Effect.void)
    expect(existsSync(path)).toBe(false)
  })

  it.runIf(mounts)("is told to have found no room on a full disk (needs root that may mount)", async () => {
    const folder = join(path, "..")
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=4k", "tmpfs", folder])
    try {
      writeFileSync(join(folder, "rest"), Buffer.alloc(4096))
      await expect(used((write) => write("abc"))).rejects.toThrow(
        `failed to write the container ID to the file: write ${path}: no space left on device`
      )
      expect(existsSync(path)).toBe(false)
    } finally {
      execFileSync("umount", [folder])
    }
  })

  it("does not hide why there is none when somebody has taken it away meanwhile", async () => {
    await used(() => Effect.sync(() => rmSync(path)))
    expect(existsSync(path)).toBe(false)
  })
})
