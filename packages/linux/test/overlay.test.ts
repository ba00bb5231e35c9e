import { spawnSync } from "node:child_process"
import { mkdtempSync, rmdirSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { longestMountData, overlayData } from "../src/overlay.ts"
import { namespaces, needs, program, runtimes } from "./abilities.ts"

describe("overlay options", () => {
  it("name the directories from top to bottom", () => {
    const upper = { upper: "u", work: "w" }
    expect(overlayData({ lower: ["b", "a"], upper, options: ["index=off"] })).toEqual({
      ok: true,
      data: "lowerdir=b:a,upperdir=u,workdir=w,index=off"
    })
    expect(overlayData({ lower: ["b", "a"] })).toEqual({ ok: true, data: "lowerdir=b:a" })
  })

  it("escape what separates options and directories", () => {
    expect(overlayData({ lower: [String.raw`a:b,c\d`] })).toEqual({
      ok: true,
      data: String.raw`lowerdir=a\:b\,c\\d`
    })
  })

  it("fit into a page or say by how much they do not, counted in bytes", () => {
    const fill = longestMountData - "lowerdir=".length
    expect(overlayData({ lower: ["x".repeat(fill)] }).ok).toBe(true)
    expect(overlayData({ lower: ["x".repeat(fill + 1)] })).toEqual({ ok: false, bytes: 4096, limit: 4095 })
    expect(overlayData({ lower: ["é".repeat(fill / 2 + 1)] }).ok).toBe(false)
  })

  it("with short names hold the 127 layers that an image may have", () => {
    const lower = Array.from({ length: 127 }, (_, index) => `layers/${"x".repeat(16)}${index}`)
    expect(overlayData({ lower, upper: { upper: "containers/1/upper", work: "containers/1/work" } }).ok).toBe(true)
  })

  const { skip, suffix } = needs(namespaces)
  const [, ...command] = runtimes[0] ?? [""]
  it.skipIf(skip)(`with the strangest names are understood by the kernel${suffix}`, () => {
    const directory = mkdtempSync(join(tmpdir(), "gantry-overlay-"))
    const { stdout, stderr } = spawnSync("unshare", ["-m", ...command, program("overlay.ts"), directory], {
      encoding: "utf8"
    })
    rmdirSync(directory)
    expect([stdout.trim(), stderr.replaceAll(/.*(warning|MODULE_TYPELESS).*\n/gi, "")]).toEqual([
      "bottom,top,written",
      ""
    ])
  })
})
