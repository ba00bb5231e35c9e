import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { placesOf } from "../src/places.ts"
import { ensureSkeleton } from "../src/skeleton.ts"

let root = ""
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "gantry-skeleton-"))
})
afterEach(() => rmSync(root, { recursive: true }))

describe("the lowest directory of every overlay", () => {
  it("marks what stands on it as a container, in a store from before there was a mark as well", () => {
    const places = placesOf(root)
    const diff = join(places.layers, "skeleton", "diff")
    mkdirSync(places.layers)
    ensureSkeleton(places)
    const [before, made] = [readdirSync(diff), statSync(diff).mtimeMs]
    expect(before).toEqual([".dockerenv", "dev", "etc", "proc", "sys"])
    rmSync(join(diff, ".dockerenv"))
    ensureSkeleton(places)
    ensureSkeleton(places)
    expect(readdirSync(diff)).toEqual(before)
    expect([statSync(diff).mtimeMs, statSync(join(diff, ".dockerenv")).size]).toEqual([made, 0])
    expect(readdirSync(places.ingest)).toEqual([])
  })

  it("is for everybody to read, whatever the umask of who makes it or has made it", () => {
    const places = placesOf(root)
    const diff = join(places.layers, "skeleton", "diff")
    const names = ["", ".dockerenv", "dev", "etc", "etc/hostname", "etc/hosts", "etc/resolv.conf", "proc", "sys"]
    const modes = () => names.map((name) => (statSync(join(diff, name)).mode & 0o777).toString(8)).join(" ")
    const right = "755 755 755 755 644 644 644 755 755"
    mkdirSync(places.layers)
    const before = process.umask(0o077)
    try {
      ensureSkeleton(places)
    } finally {
      process.umask(before)
    }
    expect(modes()).toBe(right)
    for (const name of names) chmodSync(join(diff, name), name.includes("/") ? 0o600 : 0o700)
    ensureSkeleton(places)
    expect(modes()).toBe(right)
  })
})
