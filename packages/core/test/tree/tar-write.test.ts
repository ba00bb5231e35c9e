import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { ofBytes } from "../../src/image/Digest.ts"
import { tarPieces } from "../../src/tree/tar-write.ts"
import type { TreeChange, TreeEntry } from "../../src/tree/TreeEntry.ts"

const meta = { mode: 0o644, uid: 0, gid: 0, mtimeNs: 1_700_000_000_999_999_999n }
const file = (path: string, text = ""): TreeEntry => ({
  ...meta,
  type: "file",
  path,
  size: Buffer.byteLength(text),
  content: { from: "bytes", bytes: Buffer.from(text) }
})
const archive = (changes: Iterable<TreeChange>): Buffer => Buffer.concat([...tarPieces(changes)])

const listed = (bytes: Buffer, ...options: ReadonlyArray<string>): Array<string> =>
  execFileSync("tar", ["--utc", "--numeric-owner", ...options, "-tvf", "-"], {
    input: bytes,
    encoding: "utf8",
    env: { LC_ALL: "C.UTF-8" }
  })
    .trimEnd()
    .split("\n")

describe("tarPieces", () => {
  it("writes the same bytes for the same changes, for ever", () => {
    const changes: ReadonlyArray<TreeChange> = [
      { ...meta, type: "directory", path: "d", mode: 0o755 },
      { type: "opaque", path: "d" },
      file("d/f", "text"),
      { type: "removed", path: "gone" },
      { ...meta, type: "symlink", path: "s", mode: 0o777, target: "d/f" }
    ]
    expect(ofBytes(archive(changes))).toBe("sha256:9a496e7e35840daaa5f24c09515b011d27bf6142609d891ed365a891db9fca88")
    // In another order that means the same: the directory is empty before the file is made in it.
    const [directory, opaque, inside, ...rest] = changes
    const others = [...rest, opaque, inside, directory].flatMap((change) => change ?? [])
    expect(archive(others).equals(archive(changes))).toBe(true)
  })

  it("is read by GNU tar as it was meant", () => {
    const deep = `${"p".repeat(120)}/${"n".repeat(100)}`
    const long = `${"q".repeat(200)}/${"m".repeat(101)}`
    const lines = listed(
      archive([
        { ...meta, type: "directory", path: "a", mode: 0o1777 },
        file("a/é", "x"),
        { ...file("a/set"), mode: 0o4755, uid: 4_000_000, gid: 5 },
        { ...meta, type: "hardlink", path: "b", target: "a/set" },
        { ...meta, type: "char", path: "c", major: 5, minor: 1 },
        { ...meta, type: "fifo", path: "f" },
        file(deep),
        file(long),
        { ...meta, type: "symlink", path: "z", mode: 0o777, target: "t".repeat(101) }
      ])
    )
    const when = "2023-11-14 22:13"
    expect(lines.map((line) => line.replace(/ +/g, " "))).toEqual([
      `drwxrwxrwt 0/0 0 ${when} a/`,
      `-rwsr-xr-x 4000000/5 0 ${when} a/set`,
      `-rw-r--r-- 0/0 1 ${when} a/é`,
      `hrwsr-xr-x 4000000/5 0 ${when} b link to a/set`,
      `crw-r--r-- 0/0 5,1 ${when} c`,
      `prw-r--r-- 0/0 0 ${when} f`,
      `-rw-r--r-- 0/0 0 ${when} ${deep}`,
      `-rw-r--r-- 0/0 0 ${when} ${long}`,
      `lrwxrwxrwx 0/0 0 ${when} z -> ${"t".repeat(101)}`
    ])
  })

  it("spells removals as the image format has it", () => {
    expect(
      listed(
        archive([
          { type: "removed", path: "a/b" },
          { type: "removed", path: "c" },
          { type: "opaque", path: "d" }
        ])
      ).map((line) => line.split(" ").at(-1))
    ).toEqual(["a/.wh.b", ".wh.c", "d/.wh..wh..opq"])
  })

  it("lets a file's first name carry it, whichever was given as the link", () => {
    const one = archive([file("a", "x"), { ...meta, type: "hardlink", path: "b", target: "a" }])
    const two = archive([file("b", "x"), { ...meta, type: "hardlink", path: "a", target: "b" }])
    expect(one.equals(two)).toBe(true)
  })

  it("reads files as it goes and refuses one that has another length", () => {
    const directory = mkdtempSync(join(tmpdir(), "gantry-tar-"))
    try {
      const path = join(directory, "f")
      writeFileSync(path, Buffer.alloc(3_000_000, 7))
      const entry = (size: number): TreeEntry => ({
        ...meta,
        type: "file",
        path: "f",
        size,
        content: { from: "file", path }
      })
      const same = file("f")
      const inMemory = {
        ...same,
        size: 3_000_000,
        content: { from: "bytes", bytes: Buffer.alloc(3_000_000, 7) }
      } as TreeEntry
      expect(archive([entry(3_000_000)]).equals(archive([inMemory]))).toBe(true)
      expect(() => archive([entry(3_000_001)])).toThrow("became shorter")
      expect(() => archive([{ ...inMemory, size: 5 } as TreeEntry])).toThrow("not 5 bytes")
    } finally {
      rmSync(directory, { recursive: true })
    }
  })

  it("refuses what would be read as something else", () => {
    expect(() => archive([file("a/.wh.b")])).toThrow("whiteout")
    expect(() => archive([{ ...file("a"), xattrs: new Map([["user.a=b", new Uint8Array()]]) }])).toThrow("user.a=b")
  })
})
