import { execFileSync } from "node:child_process"
import {
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { ofBytes } from "@gantry/core/image/Digest"
import { LayerStore } from "@gantry/core/store/LayerStore"
import { joinPath } from "@gantry/core/tree/safe-path"
import { makeTarReader } from "@gantry/core/tree/tar-read"
import { tarPieces } from "@gantry/core/tree/tar-write"
import { loadSyscallsSync } from "@gantry/linux/load"
import {
  archiveOf,
  hostileArchives,
  paxHeader,
  plainRecord,
  record,
  treacherousArchives
} from "@gantry/laws/samples/hostile-archives"
import { fractions } from "@gantry/laws/samples/bytes"
import { layerWords, meantBy, spelledWords, trickyWords, wordsBelow } from "@gantry/laws/samples/layer-words"
import { Effect, Stream } from "effect"
import * as fc from "fast-check"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { layerUnpacker } from "../src/unpack/LayerUnpacker.ts"
import { recipeWriter } from "../src/unpack/RecipeWriter.ts"
import { Refused } from "../src/unpack/Refused.ts"
import { quickSelf } from "./self.ts"
import { storeIn } from "./store-in.ts"

let root = ""
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "gantry-unpack-"))
})
afterEach(() => rmSync(root, { recursive: true }))

const kernel = loadSyscallsSync()

/** Applies an archive to a folder in this process, without the shelter of a root of its own. */
const applyHere = (folder: string, archive: Uint8Array): void => {
  const unpacker = layerUnpacker(kernel, { root: folder, entryLimit: 1000 })
  const reader = makeTarReader(unpacker)
  const problem = reader.push(archive) ?? reader.finish()
  if (problem !== undefined) throw new Refused("", problem.why)
  unpacker.finish()
}

/** The same as a layer. */
const unpackHere = (home: string, archive: Uint8Array): void => {
  mkdirSync(join(home, "diff"), { recursive: true })
  mkdirSync(join(home, "recipe"))
  const recipe = recipeWriter(join(home, "recipe"))
  const reader = makeTarReader(layerUnpacker(kernel, { root: join(home, "diff"), recipe, entryLimit: 1000 }))
  const problem = reader.push(archive) ?? reader.finish()
  recipe.finish()
  if (problem !== undefined) throw new Refused("", problem.why)
}

/** Everything in a folder: path, kind, content or target. */
const listed = (folder: string, inside = ""): ReadonlyArray<string> =>
  readdirSync(join(folder, inside)).flatMap((name): ReadonlyArray<string> => {
    const path = joinPath(inside, name)
    const stat = lstatSync(join(folder, path))
    if (stat.isDirectory()) return [`${path} directory`, ...listed(folder, path)]
    if (stat.isFile()) return [`${path} file ${readFileSync(join(folder, path), "latin1")}`]
    return [stat.isSymbolicLink() ? `${path} -> ${readlinkSync(join(folder, path))}` : `${path} ${stat.mode}`]
  })

const inStore = <A, E>(use: Effect.Effect<A, E, LayerStore>) =>
  Effect.runPromise(Effect.provide(use, storeIn(join(root, "store"), quickSelf)))

const refusalOf = (archive: Uint8Array) =>
  Effect.flatMap(LayerStore, (store) => Effect.flip(store.unpack(ofBytes(archive), Stream.make(archive))))

describe.runIf(process.getuid?.() === 0)("as root", () => {
  it("a folder to which two layers are applied is what their stack is", () => {
    let count = 0
    fc.assert(
      fc.property(layerWords, (list) => {
        const folder = join(root, `folder-${count++}`)
        mkdirSync(folder)
        applyHere(folder, Buffer.concat([...tarPieces(wordsBelow)]))
        applyHere(folder, spelledWords(list))
        expect(listed(folder).toSorted()).toEqual(meantBy(list))
      }),
      { numRuns: 200, examples: trickyWords.map((words) => [words]) }
    )
  })

  it("links in a folder, wherever they lead, give way and are not followed", () => {
    const outside = join(root, "outside")
    const folder = join(root, "folder")
    mkdirSync(outside)
    mkdirSync(folder)
    writeFileSync(join(outside, "kept"), "kept")
    for (const name of ["a", "b", "c", "d", "e", "f"]) symlinkSync(outside, join(folder, name))
    symlinkSync(join(outside, "kept"), join(folder, "file"))
    applyHere(
      folder,
      archiveOf(
        plainRecord("a/new", "x"),
        plainRecord("b/.wh.kept", ""),
        plainRecord("c/.wh..wh..opq", ""),
        plainRecord("d", "over the link"),
        record({ name: "e/", type: "5", mode: 0o700 }),
        plainRecord(".wh.f", ""),
        plainRecord("file", "over the link")
      )
    )
    expect(listed(outside)).toEqual(["kept file kept"])
    expect(statSync(outside).mode & 0o777).not.toBe(0o700)
    expect(listed(folder)).toEqual([
      "a directory",
      "a/new file x",
      "b directory",
      "c directory",
      "d file over the link",
      "e directory",
      "file file over the link"
    ])
  })

  it("a hard link to a link of a layer below is a link, not what it leads to", () => {
    const folder = join(root, "folder")
    mkdirSync(folder)
    writeFileSync(join(root, "secret"), "secret")
    symlinkSync(join(root, "secret"), join(folder, "link"))
    linkSync(join(root, "secret"), join(root, "other"))
    applyHere(folder, archiveOf(record({ name: "h", type: "1", link: "link" })))
    expect(readlinkSync(join(folder, "h"))).toBe(join(root, "secret"))
    expect(statSync(join(root, "secret")).nlink).toBe(2)
  })

  it.each([...hostileArchives, ...treacherousArchives].map((each) => [each.trick, each.bytes] as const))(
    "%s is refused in a folder too, and changes nothing outside",
    (_, bytes) => {
      const folder = join(root, "in", "folder")
      mkdirSync(folder, { recursive: true })
      const before = readdirSync(tmpdir()).includes("x")
      expect(() => applyHere(folder, bytes)).toThrow(Refused)
      expect(readdirSync(join(root, "in"))).toEqual(["folder"])
      expect(readdirSync(root)).toEqual(["in"])
      expect(readdirSync(tmpdir()).includes("x")).toBe(before)
    }
  )

  it("an archive with any bits turned is unpacked or refused, and nothing is written outside", () => {
    const source = join(root, "source")
    mkdirSync(join(source, "deep", "n".repeat(120)), { recursive: true })
    writeFileSync(join(source, "deep", "n".repeat(120), "file"), "content")
    symlinkSync("../../..", join(source, "up"))
    linkSync(join(source, "deep", "n".repeat(120), "file"), join(source, "hard"))
    writeFileSync(join(source, "sparse"), "x")
    truncateSync(join(source, "sparse"), 100_000)
    const archives = ["gnu", "posix"].map((format) =>
      execFileSync("tar", [`--format=${format}`, "--sparse", "-b1", "-C", source, "-cf", "-", "."])
    )
    const place = join(root, "place")
    let count = 0
    const bits = fc.array(fc.tuple(fractions, fc.nat({ max: 7 })), {
      minLength: 1,
      maxLength: 3
    })
    fc.assert(
      fc.property(fc.constantFrom(...archives), bits, fc.boolean(), fc.boolean(), (archive, turned, sums, asLayer) => {
        const bytes = Buffer.from(archive)
        for (const [at, bit] of turned) {
          const index = Math.floor(at * bytes.length)
          bytes[index] = (bytes[index] ?? 0) ^ (1 << bit)
          // With its checksum made right again, a header goes further.
          if (sums) mendChecksum(bytes, index - (index % 512))
        }
        const home = join(place, `${count++}`, "inside")
        mkdirSync(home, { recursive: true })
        try {
          if (asLayer) unpackHere(home, bytes)
          else applyHere(home, bytes)
        } catch (cause) {
          // Of what was turned into a file of petabytes, the disk says what it thinks.
          const code = cause instanceof Error && "code" in cause ? cause.code : undefined
          if (!(cause instanceof Refused) && !["EFBIG", "ENOSPC", "EINVAL", "ENAMETOOLONG"].includes(String(code)))
            throw cause
        }
        expect(readdirSync(join(home, ".."))).toEqual(["inside"])
        rmSync(place, { recursive: true })
      }),
      { numRuns: 400 }
    )
    expect(readdirSync(root)).toEqual(["source"])
  })

  it("numbers that Linux cannot hold are refused: they would become others", () =>
    inStore(
      Effect.gen(function* () {
        const big = (key: string) => archiveOf(paxHeader([key, "4294967295"]), plainRecord("f", "x"))
        const device = (major: number, minor: number) => archiveOf(record({ name: "c", type: "3", major, minor }))
        // To chown it is "as it was", and a device 4096:0 would be made as 0:0, which is a whiteout.
        for (const archive of [big("uid"), big("gid"), device(4096, 0), device(0, 1_048_576), device(0, 0)]) {
          expect(yield* refusalOf(archive)).toMatchObject({ _tag: "UnsafePath" })
        }
      })
    ))

  it("attributes of overlayfs and of security modules do not reach the disk; capabilities do", () =>
    inStore(
      Effect.gen(function* () {
        const store = yield* LayerStore
        const names = ["trusted.overlay.redirect", "user.overlay.opaque", "security.selinux", "trusted.other", "user.a"]
        const capability = Buffer.from("0100000200200000000000000000000000000000", "hex")
        const archive = archiveOf(
          paxHeader(...names.map((name) => [`SCHILY.xattr.${name}`, "y"] as const)),
          record({ name: "d/", type: "5" }),
          paxHeader(["SCHILY.xattr.security.capability", capability.toString("latin1")]),
          record({ name: "ping", mode: 0o4755 })
        )
        yield* store.unpack(ofBytes(archive), Stream.make(archive))
        const layers = join(root, "store", "layers")
        const short = readdirSync(layers).find((name) => name !== "skeleton") ?? ""
        expect(kernel.llistxattr(join(layers, short, "diff", "d")).toSorted()).toEqual(["trusted.other", "user.a"])
        expect(kernel.llistxattr(join(layers, short, "diff", "ping"))).toEqual(["security.capability"])
      })
    ))

  it("a bomb ends at the limit, and no more of it is asked for", async () => {
    const limit = 1 << 20
    let asked = 0
    const endless = Stream.concat(
      Stream.make(record({ name: "big", size: 8_000_000_000 }).subarray(0, 512)),
      Stream.forever(
        Stream.sync(() => {
          asked += 1
          return new Uint8Array(65_536)
        })
      )
    )
    const refused = await Effect.runPromise(
      Effect.provide(
        Effect.flatMap(LayerStore, (store) => Effect.flip(store.unpack(ofBytes("never"), endless))),
        storeIn(join(root, "store"), quickSelf, { layerLimit: limit })
      )
    )
    expect(refused).toMatchObject({ _tag: "LayerTooLarge", unit: "bytes", limit })
    // What was on its way when the process ended is a few buffers.
    expect(asked * 65_536).toBeLessThan(64 * limit)
    expect(readdirSync(join(root, "store", "ingest"))).toEqual([])
  })

  it("an archive of more entries than the limit ends there", () => {
    const many = archiveOf(...Array.from({ length: 1001 }, (_, index) => plainRecord(`f${index}`, "")))
    mkdirSync(join(root, "folder"))
    expect(() => applyHere(join(root, "folder"), many)).toThrow("more than 1000 entries")
    expect(readdirSync(join(root, "folder"))).toHaveLength(1000)
  })
})

const mendChecksum = (bytes: Buffer, at: number): void => {
  bytes.fill(0x20, at + 148, at + 156)
  let sum = 0
  for (const byte of bytes.subarray(at, at + 512)) sum += byte
  bytes.write(`${sum.toString(8).padStart(6, "0")}\0 `, at + 148, "latin1")
}
