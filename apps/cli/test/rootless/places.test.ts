import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { HolderRefused } from "../../src/rootless/HolderRefused.ts"
import { makeUserRun, withoutLostPlaces } from "../../src/rootless/places.ts"

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

describe("the runtime directory of a login", () => {
  let home = ""
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "places-"))
  })
  afterEach(() => rmSync(home, { recursive: true }))
  const kept = (path: string) => "XDG_RUNTIME_DIR" in withoutLostPlaces({ XDG_RUNTIME_DIR: path })

  it("is forgotten where there is none", () => {
    writeFileSync(join(home, "file"), "")
    symlinkSync("nothing", join(home, "link"))
    expect(kept(home)).toBe(true)
    for (const name of ["nothing", "file", "link", "file/below"]) expect(kept(join(home, name))).toBe(false)
  })

  it.skipIf(process.getuid?.() !== 0)("is forgotten by who may not look at it (needs root)", () => {
    mkdirSync(join(home, "closed/below"), { recursive: true })
    chmodSync(join(home, "closed"), 0o700)
    process.seteuid?.(54_321)
    try {
      expect(kept(join(home, "closed/below"))).toBe(false)
    } finally {
      process.seteuid?.(0)
    }
  })
})
