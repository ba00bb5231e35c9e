import { execFileSync } from "node:child_process"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { paxRecord, writeHeader } from "../../src/tree/tar-header.ts"
import { makeTarReader, type TarEntry, type TarProblem } from "../../src/tree/tar-read.ts"
import { tarPieces } from "../../src/tree/tar-write.ts"

interface Found {
  readonly entries: ReadonlyArray<TarEntry & { readonly text: string }>
  readonly raw: Buffer
  readonly problem: TarProblem | undefined
}

const readAll = (pieces: Iterable<Uint8Array>): Found => {
  const entries: Array<TarEntry & { text: string }> = []
  const raw: Array<Buffer> = []
  const reader = makeTarReader({
    entry: (entry) => void entries.push({ ...entry, text: "" }),
    data: (piece) => void (entries.at(-1)!.text += Buffer.from(piece).toString("latin1")),
    hole: (bytes) => void (entries.at(-1)!.text += "\0".repeat(bytes)),
    end: () => {},
    raw: (bytes) => void raw.push(Buffer.from(bytes))
  })
  let problem: TarProblem | undefined
  for (const piece of pieces) problem = reader.push(piece)
  return { entries, raw: Buffer.concat(raw), problem: problem ?? reader.finish() }
}

const header = (name: string, type: string, size = 0, change: (block: Buffer) => void = () => {}): Buffer => {
  const block = Buffer.alloc(512)
  writeHeader(block, 0, { name, type, size, mode: 0o644, uid: 0, gid: 0, mtime: 0 })
  change(block)
  block.fill(0x20, 148, 156)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1")
  return block
}
const padded = (content: Buffer): Buffer => Buffer.concat([content, Buffer.alloc((512 - (content.length % 512)) % 512)])
const pax = (type: string, ...records: ReadonlyArray<readonly [string, string]>): Buffer => {
  const content = Buffer.concat(records.map(([key, value]) => paxRecord(key, Buffer.from(value))))
  return Buffer.concat([header("pax", type, content.length), padded(content)])
}
const end = Buffer.alloc(1024)

describe("makeTarReader", () => {
  // Bun compares big arrays slowly.
  it("finds the same in an archive however it was cut", () => {
    const meta = { mode: 0o600, uid: 1, gid: 2, mtimeNs: 3_000_000_000n }
    const archive = Buffer.concat([
      ...tarPieces([
        { ...meta, type: "directory", path: "d" },
        { ...meta, type: "file", path: "d/f", size: 700, content: { from: "bytes", bytes: Buffer.alloc(700, "x") } },
        {
          ...meta,
          type: "file",
          path: "é",
          size: 0,
          content: { from: "bytes", bytes: Buffer.alloc(0) },
          xattrs: new Map([["user.a", Buffer.from("\n1 =")]])
        }
      ])
    ])
    const whole = readAll([archive])
    expect(whole.problem).toBeUndefined()
    expect(whole.entries.map(({ name }) => name)).toEqual(["d/", "d/f", "é"])
    expect(whole.raw.length).toBe(archive.length - 700)
    expect(Buffer.from(whole.entries[2]?.xattrs.get("user.a") ?? []).toString()).toBe("\n1 =")
    fc.assert(
      fc.property(fc.array(fc.nat({ max: archive.length }), { maxLength: 12 }), (places) => {
        const cuts = [0, ...places.toSorted((a, b) => a - b), archive.length]
        const pieces = cuts.slice(1).map((to, index) => archive.subarray(cuts[index], to))
        expect(readAll(pieces)).toEqual(whole)
      })
    )
  })

  it("calls every archive that was cut short truncated or ends with a whole entry", () => {
    const archive = Buffer.concat([
      pax("x", ["path", "long"]),
      header("a", "0", 600),
      padded(Buffer.alloc(600, "y")),
      end
    ])
    const complete = new Set([0, 1024 + 512 + 1024, archive.length - 512, archive.length])
    for (let size = 0; size <= archive.length; size += 1) {
      const { problem } = readAll([archive.subarray(0, size)])
      expect([size, problem?.reason]).toEqual([size, complete.has(size) ? undefined : "Truncated"])
    }
  })

  it("refuses a header in which any one bit was changed", () => {
    const block = header("name", "0")
    fc.assert(
      fc.property(fc.nat({ max: 511 }), fc.nat({ max: 7 }), (at, bit) => {
        fc.pre(at < 148 || at > 155)
        const changed = Buffer.from(block)
        changed[at] = (changed[at] ?? 0) ^ (1 << bit)
        expect(readAll([changed, end]).problem).toMatchObject({ reason: "Malformed" })
      })
    )
  })

  it("reads numbers in base 256 and old directories without a type", () => {
    const big = header("old/", "\0", 0, (block) => {
      block.fill(0, 108, 116)
      block[108] = 0x80
      block.writeUInt32BE(4_000_000_000, 112)
      block.fill(0xff, 136, 148)
    })
    expect(readAll([big, end]).entries[0]).toMatchObject({
      type: "directory",
      uid: 4_000_000_000,
      mtimeNs: -1_000_000_000n
    })
  })

  it("applies local records to one entry and global ones to all that follow", () => {
    const { entries } = readAll([
      pax("g", ["mtime", "5.25"], ["uid", "7"]),
      pax("x", ["path", "first"], ["uid", "8"]),
      header("short", "0"),
      header("second", "0"),
      end
    ])
    expect(entries).toMatchObject([
      { name: "first", uid: 8, mtimeNs: 5_250_000_000n },
      { name: "second", uid: 7, mtimeNs: 5_250_000_000n }
    ])
  })

  it("sets limits to names and headers", () => {
    const tooLong = [
      [pax("x", ["path", "a/".repeat(2049)]), header("a", "0"), end],
      [header("L", "L", 1024 * 1024 + 1)],
      [header("x", "x", 8_000_000_000)],
      [header("L", "L", 5000), padded(Buffer.alloc(5000, "n"))]
    ]
    for (const pieces of tooLong) expect(readAll(pieces).problem).toMatchObject({ reason: "TooLong" })
  })

  it("refuses malformed records, sparse maps that do not fit, and types it does not know", () => {
    const record = (text: string) => [header("x", "x", text.length), padded(Buffer.from(text)), header("a", "0"), end]
    const sparse = (map: string, size: string) => [
      pax("x", ["GNU.sparse.map", map], ["GNU.sparse.size", size]),
      header("a", "0", 4),
      padded(Buffer.from("abcd")),
      end
    ]
    for (const text of ["5 a=b\n", "99 a=b\n", "6 a=bc", "x a=b\n", "6 =bcd\n", "-1 a=b\n"]) {
      expect([text, readAll(record(text)).problem?.reason]).toEqual([text, "Malformed"])
    }
    for (const [map, size] of [
      ["0,5", "9"],
      ["8,4", "9"],
      ["4,2,3,2", "9"],
      ["0,4,1", "9"],
      ["0,-4", "9"]
    ] as const) {
      expect([map, readAll(sparse(map, size)).problem?.reason]).toEqual([map, "Malformed"])
    }
    expect(readAll(sparse("2,4", "9")).entries[0]).toMatchObject({ size: 9, text: "\0\0abcd\0\0\0" })
    expect(readAll([header("a", "V"), end]).problem).toMatchObject({ reason: "Unsupported" })
  })

  it("calls an archive truncated that ends after the long name of an entry", () => {
    for (const type of ["L", "K"]) {
      const name = [header(type, type, 4), padded(Buffer.from("name"))]
      expect([type, readAll(name).problem?.reason]).toEqual([type, "Truncated"])
      expect(readAll([...name, header("a", "0"), end]).problem).toBeUndefined()
    }
  })

  it("refuses a sparse file without a map: what is stored is not the file", () => {
    const content = Buffer.from("1\n600\n3\n".padEnd(512, "\0") + "end".padEnd(512, "\0"))
    // A bit turned in the archive of GNU tar: the record that says where the map is was `GNU.sparse.major`.
    const records = pax("x", ["FNU.sparse.major", "1"], ["GNU.sparse.minor", "0"], ["GNU.sparse.realsize", "603"])
    expect(readAll([records, header("hole", "0", 515), content, end]).problem).toMatchObject({
      reason: "Malformed",
      why: "a sparse file without a map"
    })
    const whole = pax("x", ["GNU.sparse.realsize", "3"])
    expect(readAll([whole, header("a", "0", 3), Buffer.from("abc".padEnd(512, "\0")), end]).problem).toBeUndefined()
  })

  it("gives up a sparse map whose number does not end", () => {
    const sparse = pax("x", ["GNU.sparse.major", "1"], ["GNU.sparse.minor", "0"], ["GNU.sparse.realsize", "9"])
    const endless = Buffer.concat([Buffer.from("1\n"), Buffer.alloc(510 + 4 * 512, "7")])
    const { problem } = readAll([sparse, header("a", "0", endless.length), endless, end])
    expect(problem).toMatchObject({ reason: "Malformed", offset: 1536 })
  })

  it("never throws on bytes that are no archive", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 700 }), { maxLength: 6 }), (pieces) => {
        const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0)
        expect(readAll(pieces).problem === undefined).toBe(bytes === 0)
      })
    )
  })

  it("reads what GNU tar writes, in each of its formats", () => {
    for (const format of ["v7", "oldgnu", "gnu", "ustar", "posix"]) {
      const bytes = execFileSync("tar", [
        `--format=${format}`,
        "-C",
        import.meta.dirname,
        "-cf",
        "-",
        "tar-read.test.ts"
      ])
      const { entries, problem } = readAll([bytes])
      expect(problem).toBeUndefined()
      expect(entries).toHaveLength(1)
      expect(entries[0]?.text).toContain("in each of its formats")
    }
  })
})
