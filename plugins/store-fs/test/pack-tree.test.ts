import { execFileSync } from "node:child_process"
import { linkSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { readChanges } from "@gantry/core/tree/read-changes"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { loadKernel } from "../src/kernel.ts"
import { treePieces } from "../src/pack-tree.ts"
import { unionView } from "../src/UnionView.ts"

let root = ""
let upper = ""
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "gantry-pack-tree-"))
  upper = join(root, "diff")
  mkdirSync(upper)
})
afterEach(() => rmSync(root, { recursive: true }))

/** Packs the directory, and does something to it when the archive has begun. */
const packed = async (meanwhile: () => void, ...lower: ReadonlyArray<string>): Promise<ReadonlyMap<string, string>> => {
  // Larger than a piece, so that the writer stops in the middle of it.
  writeFileSync(join(upper, "0"), Buffer.alloc(3 << 20))
  const pieces: Array<Uint8Array> = []
  for await (const piece of treePieces({ kernel: await loadKernel(), below: unionView([]) }, [upper, ...lower])) {
    if (pieces.length === 0) meanwhile()
    pieces.push(piece)
  }
  const changes = readChanges(pieces)
  if ("why" in changes) throw new Error(changes.why)
  return new Map(
    changes
      .filter(({ path }) => path !== "" && path !== "0")
      .map((change) => [
        change.path,
        change.type === "file" && change.content.from === "bytes"
          ? Buffer.from(change.content.bytes).toString()
          : change.type
      ])
  )
}

const at = (path: string): string => join(upper, path)

describe.runIf(process.getuid?.() === 0)("the archive of a tree that somebody writes into", () => {
  it("leaves out files that are gone, with their links, and keeps the rest", async () => {
    writeFileSync(at("gone"), "text")
    linkSync(at("gone"), at("link"))
    writeFileSync(at("stays"), "text")
    expect(await packed(() => rmSync(at("gone")))).toEqual(new Map([["stays", "text"]]))
  })

  it("fills up with zeros what became shorter, and does not read on in what became longer", async () => {
    writeFileSync(at("longer"), "text")
    writeFileSync(at("shorter"), "text")
    const found = await packed(() => {
      writeFileSync(at("longer"), "text and more")
      truncateSync(at("shorter"), 2)
    })
    expect([...found]).toEqual([
      ["longer", "text"],
      ["shorter", "te\0\0"]
    ])
  })

  it("holds nothing from outside, whatever becomes a link or a pipe on the way", async () => {
    const outside = join(root, "outside")
    mkdirSync(outside)
    writeFileSync(join(outside, "file"), "host")
    mkdirSync(at("directory"))
    writeFileSync(at("directory/file"), "mine")
    writeFileSync(at("file"), "mine")
    writeFileSync(at("pipe"), "mine")
    const found = await packed(() => {
      renameSync(at("directory"), at("moved"))
      symlinkSync(outside, at("directory"))
      rmSync(at("file"))
      symlinkSync(join(outside, "file"), at("file"))
      rmSync(at("pipe"))
      execFileSync("mkfifo", [at("pipe")])
    })
    expect([...found]).toEqual([["directory", "directory"]])
  })

  it("shows a folder that it stands on, of which nothing from outside gets in either", async () => {
    const folder = join(root, "folder")
    const outside = join(root, "outside")
    for (const path of [folder, join(folder, "both"), join(folder, "moved"), outside, at("both")]) mkdirSync(path)
    writeFileSync(join(folder, "both/below"), "below")
    writeFileSync(join(folder, "both/changed"), "below")
    writeFileSync(at("both/changed"), "above")
    writeFileSync(join(folder, "moved/file"), "mine")
    writeFileSync(join(outside, "file"), "host")
    const swap = () => {
      renameSync(join(folder, "moved"), join(root, "away"))
      symlinkSync(outside, join(folder, "moved"))
    }
    expect([...(await packed(swap, folder))]).toEqual([
      ["both", "directory"],
      ["both/below", "below"],
      ["both/changed", "above"],
      ["moved", "directory"]
    ])
  })

  it("has nothing of a file system that is mounted in it", async () => {
    mkdirSync(at("other"))
    execFileSync("mount", ["-t", "tmpfs", "gantry-pack-tree", at("other")])
    try {
      writeFileSync(at("other/file"), "theirs")
      expect([...(await packed(() => {}))]).toEqual([["other", "directory"]])
    } finally {
      execFileSync("umount", [at("other")])
    }
  })

  it("says which name an archive cannot hold", async () => {
    writeFileSync(at(".wh.file"), "")
    await expect(packed(() => {})).rejects.toThrow(".wh.file would be read as a whiteout")
  })
})
