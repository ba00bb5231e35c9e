import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { cidFile } from "../../src/commands/cid-file.ts"

describe("the file of --cidfile", () => {
  let path = ""
  beforeEach(() => {
    path = join(mkdtempSync(join(tmpdir(), "gantry-cid-")), "cid")
  })
  afterEach(() => rmSync(join(path, ".."), { recursive: true, force: true }))

  const used = (meanwhile: (write: (id: string) => Effect.Effect<void>) => Effect.Effect<void>) =>
    Effect.runPromise(Effect.scoped(Effect.flatMap(cidFile(path), meanwhile)))

  it("has the ID once there is one, and is taken away when there is none", async () => {
    await used((write) => write("abc"))
    expect(readFileSync(path, "utf8")).toBe("abc")
    rmSync(path)
    await used(() => Effect.void)
    expect(existsSync(path)).toBe(false)
  })

  it("does not hide why there is none when somebody has taken it away meanwhile", async () => {
    await used(() => Effect.sync(() => rmSync(path)))
    expect(existsSync(path)).toBe(false)
  })
})
