import { chmodSync, existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import {
  archiveOf,
  directoryRecord,
  hostileArchives,
  plainRecord,
  record,
  treacherousArchives
} from "@gantry/laws/samples/hostile-archives"
import * as fc from "fast-check"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { unpackContext } from "../../src/contexts/unpack-context.ts"

const limits = { bytes: 1 << 20, entries: 1000 }
const link = (name: string, to: string) => record({ name, type: "2", link: to })
const hard = (name: string, to: string) => record({ name, type: "1", link: to })

/** Everything below a directory: `path=content`, `path/`, `path -> target`. */
const listing = (root: string): ReadonlyArray<string> =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .map((entry) => {
      const place = join(entry.parentPath, entry.name)
      const path = place.slice(root.length + 1)
      if (entry.isSymbolicLink()) return `${path} -> ${readlinkSync(place)}`
      return entry.isDirectory() ? `${path}/` : `${path}=${readFileSync(place, "utf8")}`
    })
    .toSorted()

describe("unpackContext", () => {
  let around = ""
  let root = ""
  beforeEach(() => {
    around = mkdtempSync(join(tmpdir(), "gantry-context-"))
    root = mkdtempSync(join(around, "tree-"))
  })
  afterEach(() => {
    chmodSync(root, 0o700)
    rmSync(around, { recursive: true })
  })

  async function* pieces(bytes: Uint8Array, size = 700) {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  }
  const unpack = (bytes: Uint8Array, most = limits) => unpackContext(root, pieces(bytes), most)

  it("makes files, directories and links, with their modes and times", async () => {
    await unpack(
      archiveOf(
        record({ name: "d/", type: "5", mode: 0o2555, mtime: 100 }),
        record({ name: "d/f", mode: 0o640, mtime: 200 }, Buffer.from("text")),
        link("l", "d/f"),
        hard("h", "d/f"),
        plainRecord("a/b/c", "deep")
      )
    )
    expect(listing(root)).toEqual(["a/", "a/b/", "a/b/c=deep", "d/", "d/f=text", "h=text", "l -> d/f"])
    const of = (path: string) => lstatSync(join(root, path))
    expect([of("d").mode & 0o7777, of("d").mtimeMs]).toEqual([0o2555, 100_000])
    expect([of("d/f").mode & 0o7777, of("d/f").mtimeMs]).toEqual([0o640, 200_000])
    expect(of("a/b").mode & 0o7777).toBe(0o755)
    expect(of("h").ino).toBe(of("d/f").ino)
    // Only root removes what is in a directory that nobody may write to.
    chmodSync(join(root, "d"), 0o755)
  })

  it("takes names that mean something in layers as they are", async () => {
    await unpack(archiveOf(plainRecord("a", "x"), plainRecord(".wh.a", ""), plainRecord("d/.wh..wh..opq", "")))
    expect(listing(root)).toEqual([".wh.a=", "a=x", "d/", "d/.wh..wh..opq="])
  })

  it("lets the last of several entries of one name win, whatever they are", async () => {
    await unpack(
      archiveOf(
        directoryRecord("x"),
        plainRecord("x/inside", "1"),
        plainRecord("x", "2"),
        link("x", "nowhere"),
        directoryRecord("x"),
        plainRecord("x/again", "3")
      )
    )
    expect(listing(root)).toEqual(["x/", "x/again=3"])
  })

  it("makes pipes", async () => {
    await unpack(archiveOf(record({ name: "d/p", type: "6", mode: 0o620, mtime: 300 }), hard("d/same", "d/p")))
    const of = (path: string) => lstatSync(join(root, path))
    expect([of("d/p").isFIFO(), of("d/p").mode & 0o7777, of("d/p").mtimeMs]).toEqual([true, 0o620, 300_000])
    expect(of("d/same").ino).toBe(of("d/p").ino)
    await expect(unpack(archiveOf(record({ name: "e", type: "6" }), plainRecord("e/f", "")))).rejects.toThrow(
      'the archive puts something below "e", which is a pipe'
    )
  })

  it.runIf(process.getuid?.() === 0)("makes devices for who may", async () => {
    await unpack(archiveOf(record({ name: "null", type: "3", mode: 0o666 }), record({ name: "sda", type: "4" })))
    const of = (path: string) => lstatSync(join(root, path))
    expect([of("null").isCharacterDevice(), of("null").mode & 0o7777]).toEqual([true, 0o666])
    expect(of("sda").isBlockDevice()).toBe(true)
  })

  const refused = [...hostileArchives.filter(({ trick }) => !/whiteout of/.test(trick)), ...treacherousArchives]
  it.each(refused.map(({ bytes, trick }) => [trick, bytes] as const))("refuses %s", async (_, bytes) => {
    await expect(unpack(bytes)).rejects.toThrow(/^the archive /)
    expect(readdirSync(around)).toHaveLength(1)
  })

  it("refuses what is broken, and what ends too early", async () => {
    const whole = archiveOf(plainRecord("a", "text"))
    await expect(unpack(Buffer.concat([whole.subarray(0, 512), Buffer.from("tex")]))).rejects.toThrow(/broken/)
    const turned = Buffer.from(whole)
    turned[0] = 1
    await expect(unpack(turned)).rejects.toThrow(/broken/)
  })

  it("stops at its limits", async () => {
    const big = plainRecord("big", "x".repeat(5000))
    await expect(unpack(archiveOf(big), { ...limits, bytes: 4000 })).rejects.toThrow("more than 4000 bytes")
    const many = Array.from({ length: 5 }, (_, at) => plainRecord(`f${at}`, ""))
    await expect(unpack(archiveOf(...many), { ...limits, entries: 4 })).rejects.toThrow("more than 4 entries")
  })

  it("writes nothing outside of its directory, whatever comes in whatever order", async () => {
    const name = fc
      .array(fc.constantFrom("a", "b", "..", ".", ""), { minLength: 1, maxLength: 4 })
      .map((all) => all.join("/"))
    const entry = fc.oneof(
      name.map((each) => plainRecord(each, "x")),
      name.map(directoryRecord),
      fc
        .tuple(name, fc.oneof(name, fc.constant(`/${"../".repeat(9)}tmp`), fc.constant("../outside")))
        .map(([at, to]) => link(at, to)),
      fc.tuple(name, name).map(([at, to]) => hard(at, to))
    )
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { maxLength: 8 }), async (entries) => {
        rmSync(around, { recursive: true })
        around = mkdtempSync(join(tmpdir(), "gantry-context-"))
        root = mkdtempSync(join(around, "tree-"))
        await unpack(archiveOf(...entries)).catch(() => {})
        expect(readdirSync(around)).toEqual([root.slice(around.length + 1)])
        expect(existsSync(join(around, "outside"))).toBe(false)
      })
    )
  })
})
