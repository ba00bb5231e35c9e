import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { HolderRefused } from "../../src/rootless/HolderRefused.ts"
import { makeUserRun } from "../../src/rootless/places.ts"

describe("the directory of a user's sockets", () => {
  let home = ""
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "places-"))
  })
  afterEach(() => rmSync(home, { recursive: true }))
  const make = () => makeUserRun({ XDG_RUNTIME_DIR: home }, 1000)

  it("is made for its owner alone", () => {
    const run = make()
    expect(statSync(run).mode & 0o777).toBe(0o700)
    expect(make()).toBe(run)
  })

  it("is refused where others may write, and where something else has its name", () => {
    const run = make()
    chmodSync(run, 0o777)
    expect(make).toThrow(HolderRefused)
    rmSync(run, { recursive: true })
    writeFileSync(run, "")
    expect(make).toThrow(HolderRefused)
  })
})
