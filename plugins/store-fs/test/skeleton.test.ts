import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs"
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
})
