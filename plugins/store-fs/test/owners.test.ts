import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  chownSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Digest } from "@gantry/core/image/Digest"
import type { IdMaps } from "@gantry/core/runtime/IdMaps"
import { LayerStore, type TreeHandle } from "@gantry/core/store/LayerStore"
import { readChanges } from "@gantry/core/tree/read-changes"
import type { TreeChange } from "@gantry/core/tree/TreeEntry"
import { loadSyscalls } from "@gantry/linux/load"
import { Chunk, Effect, Option, Stream } from "effect"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { directory, file, plain } from "./entries.ts"
import { self } from "./self.ts"
import { storeIn } from "./store-in.ts"

let root = ""
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "gantry-store-fs-"))
})
afterEach(() => rmSync(root, { recursive: true }))

const inStore = <A, E>(use: Effect.Effect<A, E, LayerStore>): Promise<A> =>
  Effect.runPromise(Effect.provide(use, storeIn(root, self)))

const layerOf = (parents: ReadonlyArray<Digest>, changes: ReadonlyArray<TreeChange>) =>
  Effect.gen(function* () {
    const store = yield* LayerStore
    const tree = yield* store.prepare({ parents, keep: false })
    yield* store.write(tree, changes)
    return Option.getOrThrow(yield* store.commit(tree)).diffId
  })

const owners: IdMaps = {
  uids: [
    { inside: 0, outside: 501, count: 500 },
    { inside: 500, outside: 500, count: 1 }
  ],
  gids: [{ inside: 0, outside: 2001, count: 1000 }]
}

const overlayOf = ({ root: source }: TreeHandle) => {
  if (source.type !== "overlay") throw new Error(`the root is of type ${source.type}`)
  return { ...source, places: source.lower.map((each) => join(source.directory, each)) }
}

const ownerAt = (path: string) => {
  const { gid, mode, uid } = lstatSync(path)
  return [uid, gid, (mode & 0o7777).toString(8)].join(":")
}

const changesIn = (archive: Stream.Stream<Uint8Array, unknown>) =>
  Effect.map(Stream.runCollect(archive), (pieces) => {
    const found = readChanges(Chunk.toReadonlyArray(pieces))
    if ("why" in found) throw new Error(found.why)
    return found.map((change) => [change.path, "uid" in change ? `${change.uid}:${change.gid}` : change.type])
  })

describe.runIf(process.getuid?.() === 0)("a tree whose files belong to others on the disk", () => {
  const base = layerOf([], [
    directory("etc"),
    file("etc/gone", "x"),
    file("etc/kept", "kept", { uid: 500, gid: 7, mode: 0o4755 }),
    { ...plain, path: "etc/again", type: "hardlink", target: "etc/kept" },
    { ...plain, path: "etc/link", type: "symlink", target: "kept", mode: 0o777, uid: 3 }
  ] as ReadonlyArray<TreeChange>)
  const stacked = Effect.gen(function* () {
    const low = yield* base
    const top = yield* layerOf([low], [{ type: "removed", path: "etc/gone" }, file("top", "top")])
    return [low, top]
  })
  const prepared = Effect.gen(function* () {
    const parents = yield* stacked
    const store = yield* LayerStore
    return { store, parents, tree: yield* store.prepare({ parents, keep: true, id: "own", owners }) }
  })

  it("stands on its layers merged, with everything of theirs and other owners", () =>
    inStore(
      Effect.gen(function* () {
        const { tree } = yield* prepared
        const { places, upper } = overlayOf(tree)
        expect(places).toHaveLength(1)
        const at = (name: string) => join(places[0] ?? "", name)
        expect(readdirSync(at("etc")).toSorted()).toEqual(["again", "hostname", "hosts", "kept", "link", "resolv.conf"])
        expect([ownerAt(at("etc/kept")), ownerAt(at("top")), ownerAt(at("etc")), ownerAt(upper)]).toEqual([
          "500:2008:4755",
          "501:2001:644",
          "501:2001:755",
          "501:2001:755"
        ])
        expect([ownerAt(at("etc/link")).split(":")[0], readlinkSync(at("etc/link"))]).toEqual(["504", "kept"])
        expect(lstatSync(at("etc/again")).ino).toBe(lstatSync(at("etc/kept")).ino)
        expect(lstatSync(at("etc/kept")).mtimeMs).toBe(1_700_000_000_000)
        // The host's root has no mounts of its own to try out in whether contents may be elsewhere.
        expect(readFileSync(at("etc/kept"), "utf8")).toBe("kept")
      })
    ))

  it("has mount points above these, which belong to whom they are for, and are no change", () =>
    inStore(
      Effect.gen(function* () {
        const parents = yield* stacked
        const store = yield* LayerStore
        const points = [directory("etc/new"), file("etc/new/point", "", { uid: 2, gid: 3 })]
        const tree = yield* store.prepare({ parents, keep: true, id: "own", owners, points })
        const { places } = overlayOf(tree)
        const [above = "", whole = ""] = places
        expect(places).toHaveLength(2)
        expect(["etc", "etc/new", "etc/new/point"].map((name) => ownerAt(join(above, name)))).toEqual([
          ownerAt(join(whole, "etc")),
          "501:2001:755",
          "503:2004:644"
        ])
        expect(yield* store.changes(tree)).toEqual([])
        expect((yield* changesIn(store.packTree(tree))).flat()).not.toContain("etc/new")
      })
    ))

  it("is made once, whoever asks, and goes with the layers", () =>
    inStore(
      Effect.gen(function* () {
        const { parents, store, tree } = yield* prepared
        const other = yield* store.prepare({ parents, keep: true, id: "other", owners })
        expect(overlayOf(other).places).toEqual(overlayOf(tree).places)
        expect(yield* Effect.flip(store.remove(parents[1] as Digest))).toMatchObject({ _tag: "LayerInUse" })
        yield* store.discard(tree)
        yield* store.discard(other)
        expect(existsSync(overlayOf(tree).directory)).toBe(true)
        expect(yield* store.sweep).toEqual([])
        yield* store.remove(parents[1] as Digest)
        expect(existsSync(overlayOf(tree).directory)).toBe(false)
      })
    ))

  it("is swept when its layers are gone", () =>
    inStore(
      Effect.gen(function* () {
        const { store, tree } = yield* prepared
        yield* store.discard(tree)
        const { directory: place } = overlayOf(tree)
        writeFileSync(join(place, "stack"), `sha256:${"0".repeat(64)}`)
        expect(yield* store.sweep).toEqual([place.split("/").at(-1)])
        expect(existsSync(place)).toBe(false)
      })
    ))

  it("has the owners that its own processes see, however it is read", () =>
    inStore(
      Effect.gen(function* () {
        const { store, tree } = yield* prepared
        const { upper } = overlayOf(tree)
        writeFileSync(join(upper, "new"), "new")
        chownSync(join(upper, "new"), 500, 2005)
        const expected = [["new", "500:4"]]
        expect(
          (yield* store.changes(tree)).map((each) => [each.path, "uid" in each ? `${each.uid}:${each.gid}` : ""])
        ).toEqual(expected)
        expect(yield* changesIn(store.packChanges(tree))).toEqual(expected)
        expect(yield* changesIn(store.packTree(tree))).toEqual([
          ["", "0:0"],
          ["etc", "0:0"],
          ["etc/again", "500:7"],
          ["etc/kept", "500:7"],
          ["etc/link", "3:0"],
          ["new", "500:4"],
          ["top", "0:0"]
        ])
      })
    ))

  it("has the users and groups of access control lists like the owners", () =>
    inStore(
      Effect.gen(function* () {
        const name = "system.posix_acl_access"
        // user::rw-, user:500:r--, group::r--, group:7:r--, mask::r--, other::---
        const list = (uid: number, gid: number) => {
          const none = 0xffff_ffff
          const entries = [
            [1, 6, none],
            [2, 4, uid],
            [4, 4, none],
            [8, 4, gid],
            [16, 4, none],
            [32, 0, none]
          ]
          const bytes = Buffer.alloc(4 + 8 * entries.length)
          bytes.writeUInt32LE(2)
          for (const [at, [tag = 0, perm = 0, id = 0]] of entries.entries()) {
            bytes.writeUInt16LE(tag, 4 + 8 * at)
            bytes.writeUInt16LE(perm, 6 + 8 * at)
            bytes.writeUInt32LE(id, 8 + 8 * at)
          }
          return bytes.toString("hex")
        }
        const xattrs = new Map([[name, Uint8Array.from(Buffer.from(list(499, 7), "hex"))]])
        const low = yield* layerOf([], [file("listed", "x", { mode: 0o640, xattrs })])
        const store = yield* LayerStore
        const tree = yield* store.prepare({ parents: [low], keep: true, id: "own", owners })
        const { places, upper } = overlayOf(tree)
        const sys = yield* Effect.promise(loadSyscalls)
        expect(Buffer.from(sys.lgetxattr(join(places[0] ?? "", "listed"), name)).toString("hex")).toBe(list(1000, 2008))
        writeFileSync(join(upper, "new"), "")
        chownSync(join(upper, "new"), 501, 2001)
        sys.lsetxattr(join(upper, "new"), name, Buffer.from(list(500, 2001), "hex"))
        const [change] = yield* store.changes(tree)
        const found = change !== undefined && "xattrs" in change ? change.xattrs?.get(name) : undefined
        expect(Buffer.from(found ?? []).toString("hex")).toBe(list(500, 0))
      })
    ))

  it("is not there, nor anything of it, when somebody in a layer would be nobody", () =>
    inStore(
      Effect.gen(function* () {
        const low = yield* layerOf([], [file("whose", "x", { uid: 501 })])
        const store = yield* LayerStore
        const failure = yield* Effect.flip(store.prepare({ parents: [low], keep: true, id: "own", owners }))
        expect(String(failure.cause)).toContain("/whose: it belongs to 501:0, and the container has no such user")
        expect(yield* store.trees).toEqual([])
        expect(readdirSync(join(root, "ingest"))).toEqual([])
        expect(readdirSync(join(root, "mapped"))).toEqual([])
      })
    ))
})
