import { spawn, spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { type Digest, ofBytes } from "@gantry/core/image/Digest"
import { Settings } from "@gantry/core/Settings"
import * as Database from "@gantry/core/state/Database"
import { type LayerInfo, LayerStore } from "@gantry/core/store/LayerStore"
import { tarPieces } from "@gantry/core/tree/tar-write"
import type { TreeChange, TreeEntry } from "@gantry/core/tree/TreeEntry"
import { Context, Effect, Layer, Option, Stream } from "effect"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import * as StoreFs from "../src/StoreFs.ts"
import { directory, file, plain } from "./entries.ts"
import { self } from "./self.ts"
import { storeIn } from "./store-in.ts"

let root = ""
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "gantry-store-fs-"))
})
afterEach(() => rmSync(root, { recursive: true }))

const inStore = <A, E>(use: Effect.Effect<A, E, LayerStore | Database.Database>, program = self): Promise<A> =>
  Effect.runPromise(Effect.provide(use, storeIn(root, program)))

const layerOf = (parents: ReadonlyArray<Digest>, changes: ReadonlyArray<TreeChange>, clampNs?: bigint) =>
  Effect.gen(function* () {
    const store = yield* LayerStore
    const tree = yield* store.prepare({ parents, keep: false })
    yield* store.write(tree, changes)
    return Option.getOrThrow(yield* store.commit(tree, clampNs === undefined ? {} : { clampNs }))
  })

const unpacked = (archive: Uint8Array): Effect.Effect<LayerInfo, unknown, LayerStore> =>
  Effect.flatMap(LayerStore, (store) => store.unpack(ofBytes(archive), Stream.make(archive)))

const packed = (diffId: Digest) =>
  Effect.flatMap(LayerStore, (store) =>
    Effect.map(Stream.runCollect(store.pack(diffId)), (all) => Buffer.concat([...all]))
  )

const foundAt = (stack: ReadonlyArray<Digest>, path: string, follow = true) =>
  Effect.flatMap(LayerStore, (store) => store.lookup(stack, path, follow))

describe.runIf(process.getuid?.() === 0)("as root", () => {
  it("a layer whose files somebody removed by hand is missing, and can be made again", () =>
    inStore(
      Effect.gen(function* () {
        const store = yield* LayerStore
        const { diffId } = yield* layerOf([], [file("a", "x")])
        const archive = yield* packed(diffId)
        for (const home of readdirSync(join(root, "layers"))) rmSync(join(root, "layers", home), { recursive: true })
        expect(Option.isNone(yield* store.get(diffId))).toBe(true)
        expect(yield* Effect.flip(store.prepare({ parents: [diffId], keep: false }))).toMatchObject({
          _tag: "LayerMissing"
        })
        expect(yield* Effect.flip(packed(diffId))).toMatchObject({ _tag: "LayerMissing" })
        expect((yield* layerOf([], [file("a", "x")])).diffId).toBe(diffId)
        expect(Option.isSome(yield* foundAt([diffId], "a"))).toBe(true)
        for (const home of readdirSync(join(root, "layers"))) rmSync(join(root, "layers", home), { recursive: true })
        expect((yield* unpacked(archive)).diffId).toBe(diffId)
        expect(Option.isSome(yield* foundAt([diffId], "a"))).toBe(true)
      })
    ))

  it("a layer keeps special bits, owners, file capabilities and links through packing and unpacking", () =>
    inStore(
      Effect.gen(function* () {
        const store = yield* LayerStore
        const capability = Buffer.from("0100000200200000000000000000000000000000", "hex")
        const { diffId } = yield* layerOf(
          [],
          [
            file("ping", "x", { mode: 0o4755, uid: 3, gid: 4, xattrs: new Map([["security.capability", capability]]) }),
            { ...plain, path: "pong", type: "hardlink", target: "ping" },
            { ...plain, path: "null", type: "char", major: 1, minor: 3 }
          ]
        )
        const archive = yield* packed(diffId)
        yield* store.remove(diffId)
        yield* unpacked(archive)
        const [device, ping, pong] = yield* store.walk([diffId], "")
        expect(device).toMatchObject({ type: "char", major: 1, minor: 3 })
        expect(ping).toMatchObject({ mode: 0o4755, uid: 3, gid: 4 })
        expect(Buffer.from(ping?.xattrs?.get("security.capability") ?? []).equals(capability)).toBe(true)
        expect(pong).toMatchObject({ type: "hardlink", target: "ping" })
        expect(ofBytes(yield* packed(diffId))).toBe(diffId)
      })
    ))

  it("links are followed inside the root, and a circle of links leads nowhere", () =>
    inStore(
      Effect.gen(function* () {
        const link = (path: string, target: string): TreeEntry => ({ ...plain, path, type: "symlink", target })
        const { diffId } = yield* layerOf(
          [],
          [
            file("etc/passwd", "root"),
            link("up", "../../../etc"),
            link("abs", "/up/passwd"),
            link("one", "two"),
            link("two", "one"),
            link("slash", "etc/passwd/")
          ]
        )
        expect(Option.getOrThrow(yield* foundAt([diffId], "/abs"))).toMatchObject({ path: "etc/passwd", type: "file" })
        expect(Option.getOrThrow(yield* foundAt([diffId], "up", false))).toMatchObject({ type: "symlink" })
        expect(Option.getOrThrow(yield* foundAt([diffId], "up/../etc/passwd"))).toMatchObject({ path: "etc/passwd" })
        expect(Option.isNone(yield* foundAt([diffId], "one"))).toBe(true)
        expect(Option.isNone(yield* foundAt([diffId], "slash"))).toBe(true)
        expect(Option.isNone(yield* foundAt([diffId], "proc"))).toBe(true)
      })
    ))

  it("a parent that is a link is refused, and nothing is written where it leads", () =>
    inStore(
      Effect.gen(function* () {
        const store = yield* LayerStore
        const outside = join(root, "outside")
        mkdirSync(outside)
        const link: TreeEntry = { ...plain, path: "link", type: "symlink", target: outside }
        const below = yield* layerOf([], [link])
        for (const parents of [[], [below.diffId]]) {
          const tree = yield* store.prepare({ parents, keep: false })
          if (parents.length === 0) yield* store.write(tree, [link])
          const refusals: ReadonlyArray<TreeChange> = [
            file("link/x", "x"),
            directory("link/d"),
            { type: "removed", path: "link/x" },
            { type: "opaque", path: "link" }
          ]
          for (const change of refusals) {
            expect(yield* Effect.flip(store.write(tree, [change]))).toMatchObject({ _tag: "UnsafePath" })
          }
          for (const path of ["../x", "/x", "a/../b", "a//b", "./a", "a\0"]) {
            expect(yield* Effect.flip(store.write(tree, [file(path, "x")]))).toMatchObject({ _tag: "UnsafePath" })
          }
        }
        expect(readdirSync(outside)).toEqual([])
      })
    ))

  it("a directory gives way to something else only when it was removed", () =>
    inStore(
      Effect.gen(function* () {
        const store = yield* LayerStore
        const { diffId } = yield* layerOf([], [file("a/b", "old")])
        const tree = yield* store.prepare({ parents: [diffId], keep: false })
        expect(yield* Effect.flip(store.write(tree, [file("a", "x")]))).toMatchObject({ _tag: "UnsafePath" })
        yield* store.write(tree, [{ type: "removed", path: "a" }, file("a", "new")])
        expect((yield* store.changes(tree)).map(({ type }) => type)).toEqual(["removed", "file"])
        const top = Option.getOrThrow(yield* store.commit(tree))
        expect(Option.getOrThrow(yield* foundAt([diffId, top.diffId], "a"))).toMatchObject({ type: "file", size: 3 })
      })
    ))

  it("parents that are copied up look as they did below, and their time does not move", () =>
    inStore(
      Effect.gen(function* () {
        const store = yield* LayerStore
        const low = yield* layerOf([], [directory("tmp", { mode: 0o1777, uid: 7, gid: 8 })])
        const high = yield* layerOf([low.diffId], [file("tmp/x", "x")])
        expect(Option.getOrThrow(yield* foundAt([low.diffId, high.diffId], "tmp"))).toMatchObject({
          mode: 0o1777,
          uid: 7,
          gid: 8,
          mtimeNs: plain.mtimeNs
        })
        expect((yield* store.walk([high.diffId], "")).length).toBe(2)
      })
    ))

  it("no time in a layer is later than the clamp, neither in its archive nor on the disk", () =>
    inStore(
      Effect.gen(function* () {
        const store = yield* LayerStore
        const late = yield* layerOf([], [file("f", "x"), directory("d")], 1_000_000_000_500_000_000n)
        const early = yield* layerOf(
          [],
          [
            file("f", "x", { mtimeNs: 1_000_000_000_000_000_000n }),
            directory("d", { mtimeNs: 1_000_000_000_000_000_000n })
          ]
        )
        expect(late.diffId).toBe(early.diffId)
        expect((yield* store.walk([late.diffId], "")).map(({ mtimeNs }) => mtimeNs)).toEqual([
          1_000_000_000_000_000_000n,
          1_000_000_000_000_000_000n
        ])
      })
    ))

  it("the root directory is what the topmost layer says that speaks of it", () =>
    inStore(
      Effect.gen(function* () {
        const store = yield* LayerStore
        const low = yield* layerOf([], [directory("", { mode: 0o700, uid: 5 }), file("a", "a")])
        const high = yield* layerOf([low.diffId], [file("b", "b")])
        const again = yield* unpacked(yield* packed(low.diffId))
        expect(again.diffId).toBe(low.diffId)
        expect(Option.getOrThrow(yield* foundAt([low.diffId, high.diffId], "/"))).toMatchObject({
          path: "",
          mode: 0o700,
          uid: 5
        })
        const tree = yield* store.prepare({ parents: [low.diffId, high.diffId], keep: false })
        expect(yield* store.changes(tree)).toEqual([])
      })
    ))

  it(
    "a stack of 127 layers fits into one page of mount options",
    () =>
      inStore(
        Effect.gen(function* () {
          const store = yield* LayerStore
          const stack: Array<Digest> = []
          for (let index = 0; index < 127; index++) {
            stack.push((yield* layerOf([...stack], [file(`f${index}`, "")])).diffId)
          }
          const tree = yield* store.prepare({ parents: stack, keep: false })
          if (tree.root.type !== "overlay") throw new Error("no overlay")
          expect(tree.root.lower).toHaveLength(128)
          expect(
            `lowerdir=${tree.root.lower.join(":")},upperdir=${tree.root.upper},workdir=${tree.root.work}`.length
          ).toBeLessThan(4096)
          expect(yield* store.walk(stack, "")).toHaveLength(127)
        })
      ),
    30_000
  )

  it("a layer that is in a stack twice is mounted once, where it is topmost", () =>
    inStore(
      Effect.gen(function* () {
        const store = yield* LayerStore
        const { diffId: first } = yield* layerOf([], [file("a", "first"), file("b", "first")])
        const { diffId: second } = yield* layerOf([first], [{ type: "removed", path: "a" }, file("b", "second")])
        const stack = [first, second, first]
        const tree = yield* store.prepare({ parents: stack, keep: false })
        if (tree.root.type !== "overlay") throw new Error("no overlay")
        expect(new Set(tree.root.lower).size).toBe(tree.root.lower.length)
        expect(tree.parents).toEqual(stack)
        const above = yield* store.walk(stack, "")
        expect(above).toEqual(yield* store.walk([first], ""))
        expect((yield* store.walk([first, first, second], "")).map(({ path }) => path)).toEqual(["b"])
      })
    ))

  it("whiteouts, opaque directories and files that come twice are unpacked for overlayfs and packed as they came", () =>
    inStore(
      Effect.gen(function* () {
        const store = yield* LayerStore
        const below = yield* layerOf(
          [],
          ["gone", "d/old", "e/old", "twice"].map((path) => file(path, "below"))
        )
        const archives = [
          [
            ...tarPieces([
              file("twice", "first"),
              { type: "removed", path: "gone" },
              directory("d"),
              { type: "opaque", path: "d" },
              file("d/new", "n")
            ])
          ],
          [...tarPieces([file("twice", "second"), { type: "removed", path: "e" }])],
          [...tarPieces([file("e/new", "n"), file("d/new/deep", "replaces the file")])]
        ]
        // Three archives in one: entries replace each other, and the zero blocks in between are cut off.
        const archive = Buffer.concat([
          ...archives.map((pieces) => Buffer.concat(pieces).subarray(0, -1024)),
          Buffer.alloc(1024)
        ])
        const refused = yield* Effect.flip(unpacked(archive))
        expect(refused).toMatchObject({ _tag: "UnsafePath", path: "d/new" })
        const good = Buffer.concat([
          ...archives.slice(0, 2).map((pieces) => Buffer.concat(pieces).subarray(0, -1024)),
          Buffer.alloc(1024)
        ])
        const { diffId } = yield* unpacked(good)
        expect((yield* packed(diffId)).equals(good)).toBe(true)
        const walked = yield* store.walk([below.diffId, diffId], "")
        expect(walked.map(({ path }) => path)).toEqual(["d", "d/new", "twice"])
        const twice = walked.find(({ path }) => path === "twice")
        expect(
          twice?.type === "file" && twice.content.from === "file" && readFileSync(twice.content.path, "utf8")
        ).toBe("second")
      })
    ))

  it.each(["gnu", "posix", "ustar"])(
    "an archive of GNU tar in the format %s is unpacked with its holes and packed as it came",
    (format) =>
      inStore(
        Effect.gen(function* () {
          const store = yield* LayerStore
          const source = join(root, "source")
          mkdirSync(join(source, "deep", "x".repeat(60), "y".repeat(60)), { recursive: true })
          writeFileSync(join(source, "deep", "x".repeat(60), "y".repeat(60), "z".repeat(90)), "far down")
          writeFileSync(join(source, "sparse"), "begin")
          truncateSync(join(source, "sparse"), 3_000_000)
          writeFileSync(join(source, "sparse"), "end", { flag: "a" })
          const made = spawnSync(
            "tar",
            [`--format=${format}`, ...(format === "ustar" ? [] : ["--sparse"]), "-C", source, "-cf", "-", "."],
            { maxBuffer: 1 << 26 }
          )
          const { diffId, entries } = yield* unpacked(made.stdout)
          expect(entries).toBe(6)
          expect((yield* packed(diffId)).equals(made.stdout)).toBe(true)
          const walked = yield* store.walk([diffId], "")
          const sparse = walked.find(({ path }) => path === "sparse")
          if (sparse?.type !== "file" || sparse.content.from !== "file") throw new Error("no sparse file")
          expect(readFileSync(sparse.content.path).equals(readFileSync(join(source, "sparse")))).toBe(true)
          expect(walked.some(({ path }) => path.endsWith("z".repeat(90)))).toBe(true)
        })
      )
  )

  it("a layer that was not flushed before a power failure is missing, and can be made again", () =>
    inStore(
      Effect.gen(function* () {
        const store = yield* LayerStore
        const db = yield* Database.Database
        const lost = yield* layerOf([], [file("a", "lost")])
        yield* db.write("the test", (tx) => tx.run("UPDATE layers SET boot = 'an earlier one'"))
        expect(Option.isNone(yield* store.get(lost.diffId))).toBe(true)
        expect(yield* Effect.flip(store.prepare({ parents: [lost.diffId], keep: false }))).toMatchObject({
          _tag: "LayerMissing"
        })
        expect((yield* layerOf([], [file("a", "lost")])).diffId).toBe(lost.diffId)
        expect(Option.isSome(yield* store.get(lost.diffId))).toBe(true)
        yield* store.flush
        yield* db.write("the test", (tx) => tx.run("UPDATE layers SET boot = 'an earlier one'"))
        expect(Option.isSome(yield* store.get(lost.diffId))).toBe(true)
        expect(yield* store.sweep).toEqual([])
      })
    ))

  it("what a killed process left is invisible, and swept; what lives is left alone", async () => {
    const child = spawn(
      process.execPath,
      ["--conditions=gantry-source", fileURLToPath(new URL("killed.ts", import.meta.url)), root],
      { stdio: ["ignore", "pipe", "inherit"] }
    )
    await new Promise<void>((resolve) => child.stdout.once("data", () => resolve()))
    await inStore(
      Effect.gen(function* () {
        const store = yield* LayerStore
        const mine = yield* store.prepare({ parents: [], keep: false })
        expect(yield* store.sweep).toEqual([])
        const ended = new Promise((resolve) => child.once("close", resolve))
        child.kill("SIGKILL")
        yield* Effect.promise(() => ended)
        expect(yield* store.list).toEqual([])
        const swept = yield* store.sweep
        expect(swept.filter((name) => name.startsWith("draft-"))).toHaveLength(1)
        expect(swept.filter((name) => name.endsWith("-unpack"))).toHaveLength(1)
        expect(swept).toHaveLength(2)
        expect(new Set(readdirSync(join(root, "trees")))).toEqual(new Set([mine.id, "kept"]))
        expect(readdirSync(join(root, "ingest"))).toEqual([])
      })
    )
  })

  it("a full disk is told as such and leaves nothing", () => {
    const outcome = spawnSync(
      "unshare",
      [
        "--mount",
        "--propagation",
        "private",
        "sh",
        "-c",
        `mount -t tmpfs -o size=2m tmpfs "$0" && exec "$@"`,
        root,
        process.execPath,
        "--conditions=gantry-source",
        fileURLToPath(new URL("full-disk.ts", import.meta.url)),
        root
      ],
      { encoding: "utf8" }
    )
    expect(outcome.stderr).toBe("")
    expect(JSON.parse(outcome.stdout)).toEqual({
      write: "NoSpace",
      unpack: "NoSpace",
      blob: "NoSpace",
      layers: 0,
      blobs: 0,
      ingest: [],
      trees: []
    })
  })

  it("a layer that cannot be recorded, as on a full disk, takes no room, and can be made once there is some", async () => {
    const full = Object.assign(new Error("no space is left"), { code: "ENOSPC" })
    let isFull = true
    const homes = () => readdirSync(join(root, "layers")).filter((name) => name !== "skeleton")
    /** Lets a transaction do all that it does, and then undoes it. */
    const filled = Layer.map(Database.layer(join(root, "state.db")), (services) => {
      const db = Context.get(services, Database.Database)
      const write: typeof db.write = (what, body) =>
        db.write(what, (tx) => {
          const made = body(tx)
          const isMade = isFull && tx.get("SELECT 1 FROM layers") !== undefined
          if (isMade) throw full
          return made
        })
      return Context.make(Database.Database, { ...db, write })
    })
    const settings = Layer.succeed(Settings, { root, run: root, jobs: 2, instance: "", self })
    const archive = Buffer.concat([...tarPieces([file("a", "x")])])
    const program = Effect.gen(function* () {
      for (const make of [layerOf([], [file("a", "x")]), unpacked(archive)]) {
        expect(yield* Effect.flip(make)).toMatchObject({ reason: "NoSpace" })
        expect([homes(), readdirSync(join(root, "ingest"))]).toEqual([[], []])
      }
      isFull = false
      yield* layerOf([], [file("a", "x")])
      expect(homes()).toHaveLength(1)
    })
    const store = StoreFs.layer.pipe(Layer.provideMerge(filled), Layer.provideMerge(settings))
    await Effect.runPromise(Effect.provide(program, store))
  })
})
