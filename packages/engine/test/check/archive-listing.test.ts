import { it as effect } from "@effect/vitest"
import { ofBytes } from "@gantry/core/image/Digest"
import { LayerStore } from "@gantry/core/store/LayerStore"
import { tarPieces } from "@gantry/core/tree/tar-write"
import type { TreeChange } from "@gantry/core/tree/TreeEntry"
import { foreignArchives } from "@gantry/laws/samples/foreign-archives"
import { Effect, Stream } from "effect"
import { describe, expect, it } from "vitest"
import { archiveListing } from "../../src/check/archive-listing.ts"
import { directory, file, symlink, world } from "../world.ts"

/** What is found when an archive of one tree has become another on the disk. */
const compared = (archive: ReadonlyArray<TreeChange>, disk: ReadonlyArray<TreeChange>): string | undefined => {
  const listing = archiveListing()
  for (const piece of tarPieces(archive)) {
    // Pieces end anywhere.
    for (let at = 0; at < piece.length; at += 300) listing.push(piece.subarray(at, at + 300))
  }
  return listing.compare(disk)
}

const hardlink = (path: string, target: string): TreeChange => {
  const { mode, mtimeNs, uid, gid } = file(path) as Extract<TreeChange, { readonly type: "file" }>
  return { type: "hardlink", path, target, mode, mtimeNs, uid, gid }
}

const tree: ReadonlyArray<TreeChange> = [
  directory("d"),
  file("d/f", "text"),
  symlink("d/link", "f"),
  file("top"),
  { type: "removed", path: "gone" }
]

const without = (path: string) => tree.filter((change) => change.path !== path)

describe("the listing of an archive", () => {
  it("finds nothing in what was unpacked from it", () => {
    expect(compared(tree, tree)).toBe(undefined)
    expect(compared([], [])).toBe(undefined)
  })

  it.each<[string, ReadonlyArray<TreeChange>, string]>([
    ["a file that is not in it", [...tree, file("d/more")], "d/more is not in its archive"],
    ["a directory that is not in it", [...tree, directory("e")], "e is not in its archive"],
    ["an empty file that is gone", without("top"), "top is gone"],
    ["a link that is gone", without("d/link"), "d/link is gone"],
    ["another mode", [...without("d/f"), file("d/f", "text", { mode: 0o4755 })], "d/f has another mode"],
    ["another owner", [...without("d/f"), file("d/f", "text", { uid: 7 })], "d/f has another owner"],
    ["another group", [...without("d"), directory("d", { gid: 7 })], "d has another owner"],
    ["a link that leads elsewhere", [...without("d/link"), symlink("d/link", "/etc")], "d/link leads elsewhere"],
    ["a link in place of a file", [...without("top"), symlink("top", "d/f")], "top is of another kind"]
  ])("finds %s", (_, disk, why) => {
    expect(compared(tree, disk)).toMatch(new RegExp(`^${why}`))
  })

  it("takes directories that only lie above something for granted", () => {
    expect(compared([file("a/b/c")], [directory("a"), directory("a/b"), file("a/b/c")])).toBe(undefined)
  })

  it("does not judge what is said twice, nor which of two names of a file is the link", () => {
    expect(compared([file("f", "", { mode: 0o600 }), file("f")], [file("f")])).toBe(undefined)
    expect(compared([directory("x"), file("x/y"), file("x")], [file("x")])).toBe(undefined)
    expect(compared([file("a", "text"), hardlink("b", "a")], [hardlink("a", "b"), file("b", "text")])).toBe(undefined)
  })
})

describe("the layer of an archive that somebody else wrote", () => {
  effect.effect.each(foreignArchives)("is as it says: $what", ({ bytes }) =>
    Effect.gen(function* () {
      const store = yield* LayerStore
      const diffId = ofBytes(bytes)
      yield* store.unpack(diffId, Stream.make(bytes))
      const listing = archiveListing()
      listing.push(bytes)
      expect(listing.compare(yield* store.contents(diffId))).toBe(undefined)
    }).pipe(Effect.provide(world))
  )
})
