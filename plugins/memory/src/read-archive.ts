import { LayerMalformed, UnsafePath } from "@gantry/core/store/StoreError"
import { readChanges } from "@gantry/core/tree/read-changes"
import { isBelow, parentOf } from "@gantry/core/tree/safe-path"
import type { TreeChange } from "@gantry/core/tree/TreeEntry"
import * as Effect from "effect/Effect"

/** What an archive says, if a tree can say it: no name leads outside, and no entry lies in something that is no directory. */
export const readArchive = (
  archive: Uint8Array
): Effect.Effect<ReadonlyArray<TreeChange>, LayerMalformed | UnsafePath> =>
  Effect.suspend((): Effect.Effect<ReadonlyArray<TreeChange>, LayerMalformed | UnsafePath> => {
    const found = readChanges([archive])
    if ("reason" in found) {
      return Effect.fail(new LayerMalformed({ layer: "the archive", why: found.why, at: found.offset }))
    }
    if ("why" in found) return Effect.fail(new UnsafePath(found))
    const changes: Array<TreeChange> = []
    const directories = new Map<string, boolean>([["", true]])
    for (const change of found) {
      const why = misplaced(change, directories)
      if (why !== undefined) return Effect.fail(new UnsafePath({ path: change.path, why }))
      // A link to itself says nothing.
      if (change.type !== "hardlink" || change.target !== change.path) changes.push(change)
    }
    return Effect.succeed(changes)
  })

/**
 * Why a change cannot be made where it is; undefined, with the change noted, when it can. `directories` tells of each
 * path so far whether it is one.
 */
const misplaced = (change: TreeChange, directories: Map<string, boolean>): string | undefined => {
  const { path, type } = change
  const enter = (directory: string): boolean => {
    if (directory !== "" && !enter(parentOf(directory))) return false
    if (!directories.has(directory)) directories.set(directory, true)
    return directories.get(directory) === true
  }
  if (!enter(type === "opaque" ? path : parentOf(path))) return "it is below something that is no directory"
  if (type === "removed" || type === "opaque") return undefined
  if (path === "" && type !== "directory") return "the root is a directory"
  if (type === "char" && change.major === 0 && change.minor === 0) return "it is the device 0:0"
  if (type === "hardlink" && (directories.get(change.target) !== false || isBelow(change.target, path))) {
    return `it is a link to ${change.target}, which is no file of this archive`
  }
  if (type !== "directory" && directories.get(path) === true) {
    for (const each of directories.keys()) if (isBelow(each, path)) directories.delete(each)
  }
  directories.set(path, type === "directory")
  return undefined
}
