import { execFileSync } from "node:child_process"
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { Settings } from "@gantry/core/Settings"
import { tarPieces } from "@gantry/core/tree/tar-write"
import type { FileContent, TreeChange } from "@gantry/core/tree/TreeEntry"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fc from "fast-check"
import { archiveEntries } from "../../src/steps/archive-entries.ts"
import { hasProgram } from "../has-program.ts"
import { directory, file, scratch, symlink, world } from "../world.ts"

const entries = (bytes: Uint8Array) =>
  Effect.gen(function* () {
    const path = join(yield* scratch, "archive")
    writeFileSync(path, bytes)
    const meta = { path: "archive", mode: 0o644, uid: 0, gid: 0, mtimeNs: 0n, size: bytes.length }
    return yield* archiveEntries({ ...meta, type: "file", content: { from: "file", path } })
  })

const tar = (changes: ReadonlyArray<TreeChange>) => Buffer.concat([...tarPieces(changes)])

const bytesOf = (content: FileContent): Buffer => Buffer.concat(content.from === "pieces" ? [...content.pieces()] : [])

/** An archive whose first name is another, of the same length, with its checksum put right. */
const renamed = (name: string): Buffer => {
  const archive = Buffer.from(tar([file("x".repeat(name.length), "hostile")]))
  archive.write(name, 0, "latin1")
  archive.fill(" ", 148, 156)
  const sum = archive.subarray(0, 512).reduce((total, byte) => total + byte, 0)
  archive.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148)
  return archive
}

const tree = [
  directory("dir", { mode: 0o750, uid: 7, gid: 8 }),
  file("dir/a", "A", { mode: 0o4755 }),
  { type: "hardlink", path: "dir/b", target: "dir/a", mode: 0o4755, uid: 0, gid: 0, mtimeNs: 0n } as const,
  symlink("dir/link", "../../etc/passwd"),
  { type: "fifo", path: "dir/pipe", mode: 0o600, uid: 0, gid: 0, mtimeNs: 0n } as const
]

const kinds = Effect.fn(function* (bytes: Uint8Array) {
  const found = yield* entries(bytes)
  return found?.map(({ path, type }) => `${type} ${path}`)
})
const all = ["directory dir", "file dir/a", "hardlink dir/b", "symlink dir/link", "fifo dir/pipe"]

describe("archiveEntries", () => {
  it.scoped("reads a plain archive with everything it says of its entries", () =>
    Effect.gen(function* () {
      const found = (yield* entries(tar(tree))) ?? []
      expect(found.map(({ path, type }) => `${type} ${path}`)).toEqual(all)
      const [folder, first, second, link] = found
      expect(folder).toMatchObject({ mode: 0o750, uid: 7, gid: 8 })
      expect(first).toMatchObject({ mode: 0o4755, size: 1 })
      expect(first?.type === "file" && bytesOf(first.content).toString()).toBe("A")
      expect(second).toMatchObject({ target: "dir/a" })
      expect(link).toMatchObject({ target: "../../etc/passwd" })
    }).pipe(Effect.provide(world))
  )

  for (const packer of ["gzip", "bzip2", "xz"]) {
    it.scoped.skipIf(!hasProgram(packer))(`reads what ${packer} packed`, () =>
      Effect.gen(function* () {
        expect(yield* kinds(execFileSync(packer, ["-c"], { input: tar(tree) }))).toEqual(all)
      }).pipe(Effect.provide(world))
    )

    it.scoped.skipIf(!hasProgram(packer))(`finds no archive in a text that ${packer} packed`, () =>
      Effect.gen(function* () {
        expect(yield* kinds(execFileSync(packer, ["-c"], { input: "just a text\n".repeat(100) }))).toBeUndefined()
      }).pipe(Effect.provide(world))
    )

    it.scoped.skipIf(!hasProgram(packer))(`says so when what ${packer} packed was cut off`, () =>
      Effect.gen(function* () {
        const whole = execFileSync(packer, ["-c"], { input: tar(tree) })
        const failure = yield* Effect.flip(entries(whole.subarray(0, whole.length - 20)))
        expect(failure.message).toMatch(/cannot be unpacked|is broken/)
      }).pipe(Effect.provide(world))
    )
  }

  it.scoped("finds no archive in other files", () =>
    Effect.gen(function* () {
      for (const bytes of [Buffer.alloc(0), Buffer.from("hello"), Buffer.alloc(2048), Buffer.alloc(2048, "x")]) {
        expect(yield* kinds(bytes)).toBeUndefined()
      }
    }).pipe(Effect.provide(world))
  )

  it.scoped("gives back files larger than what is read at once, byte for byte", () =>
    Effect.gen(function* () {
      const text = Array.from({ length: 300_000 }, (_, at) => `${at}\n`).join("")
      for (const pack of [(bytes: Buffer) => bytes, (bytes: Buffer) => gzipSync(bytes)]) {
        const found = (yield* entries(pack(tar([file("before", "1"), file("big", text), file("later", "2")])))) ?? []
        const contents = found.map((entry) => (entry.type === "file" ? bytesOf(entry.content).toString() : ""))
        expect(contents.map(({ length }) => length)).toEqual(
          ["before", "big", "later"].map((_, at) => (at === 1 ? text.length : 1))
        )
        expect(contents).toContain(text)
      }
    }).pipe(Effect.provide(world))
  )

  it.scoped("fills the holes of a sparse file with zeros", () =>
    Effect.gen(function* () {
      const place = yield* scratch
      mkdirSync(join(place, "in"))
      execFileSync(
        "sh",
        ["-c", "truncate -s 3M in/holes; printf end >> in/holes; tar --sparse -cf out.tar -C in holes"],
        { cwd: place }
      )
      const archive = readFileSync(join(place, "out.tar"))
      expect(archive.length).toBeLessThan(1_000_000)
      const [only] = (yield* entries(archive)) ?? []
      const bytes = only?.type === "file" ? bytesOf(only.content) : Buffer.alloc(0)
      expect(bytes.equals(readFileSync(join(place, "in", "holes")))).toBe(true)
    }).pipe(Effect.provide(world))
  )

  it.scoped("can be asked for a content more than once", () =>
    Effect.gen(function* () {
      const [only] = (yield* entries(tar([file("a", "again")]))) ?? []
      if (only?.type !== "file") return expect.unreachable()
      expect([bytesOf(only.content).toString(), bytesOf(only.content).toString()]).toEqual(["again", "again"])
    }).pipe(Effect.provide(world))
  )

  for (const name of ["../evil", "a/../../evil", "..", "a/.."]) {
    it.scoped(`refuses an entry called ${name}`, () =>
      Effect.gen(function* () {
        const failure = yield* Effect.flip(entries(renamed(name)))
        expect(failure.message).toContain(JSON.stringify(name))
      }).pipe(Effect.provide(world))
    )
  }

  it.scoped("takes an absolute name for one inside, as tar does", () =>
    Effect.gen(function* () {
      expect(yield* kinds(renamed("/etc/passwd"))).toEqual(["file etc/passwd"])
    }).pipe(Effect.provide(world))
  )

  it.scoped("says where a plain archive is broken", () =>
    Effect.gen(function* () {
      const whole = tar([file("a", "A"), file("b", "B".repeat(2000))])
      const failure = yield* Effect.flip(entries(whole.subarray(0, 512 * 3)))
      expect(failure.message).toMatch(/broken at byte \d+/)
    }).pipe(Effect.provide(world))
  )

  it.effect("leaves no unpacked copy behind, whether it could be read or not", () =>
    Effect.gen(function* () {
      const { root } = yield* Settings
      yield* Effect.scoped(entries(gzipSync(tar(tree))))
      yield* Effect.scoped(Effect.flip(entries(gzipSync(tar(tree)).subarray(0, 60))))
      expect(readdirSync(root)).toEqual([])
    }).pipe(Effect.provide(world))
  )

  it("either reads any damaged archive or says what is wrong with it", async () => {
    const whole = tar(tree)
    const damage = fc.tuple(fc.nat(whole.length - 1), fc.nat(255))
    await fc.assert(
      fc.asyncProperty(damage, fc.boolean(), async ([at, byte], packed) => {
        const bytes = Buffer.from(whole)
        bytes[at] = byte
        const outcome = await Effect.runPromise(
          Effect.scoped(Effect.either(entries(packed ? gzipSync(bytes) : bytes))).pipe(Effect.provide(world))
        )
        const paths = outcome._tag === "Left" ? [] : (outcome.right ?? []).map(({ path }) => path.split("/"))
        expect(paths.flat()).not.toContain("..")
        expect(outcome._tag === "Left" ? outcome.left._tag : "StepFailed").toBe("StepFailed")
      }),
      { numRuns: 40 }
    )
  })
})
