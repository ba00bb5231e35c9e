import {
  chmodSync,
  closeSync,
  copyFileSync,
  constants,
  lchownSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeSync
} from "node:fs"
import { join } from "node:path"
import { type IdMaps, type Owner, ownerOutside } from "@gantry/core/runtime/IdMaps"
import { LayerStore, type Stack } from "@gantry/core/store/LayerStore"
import { type LayerMissing, type StorageFailure, storageFailure } from "@gantry/core/store/StoreError"
import type { TreeEntry } from "@gantry/core/tree/TreeEntry"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { ownerHere } from "@gantry/linux/rootless"
import type { VolumeRecord } from "./Volumes.ts"

/**
 * Fills an empty volume with what the image has at the place it is mounted on: contents, and owner and mode of the
 * directory itself. Nothing happens when the image has no directory there. `owners`: whom files of whose belong to there;
 * themselves when absent.
 */
export const prefill = (
  volume: Pick<VolumeRecord, "name" | "path">,
  stack: Stack,
  { owners, target }: { readonly target: string; readonly owners?: IdMaps | undefined }
): Effect.Effect<void, LayerMissing | StorageFailure, LayerStore> =>
  Effect.gen(function* () {
    const layers = yield* LayerStore
    const found = yield* layers.lookup(stack, target.replace(/^\/+/, ""), true)
    if (Option.isNone(found) || found.value.type !== "directory") return
    const directory = found.value
    const entries = yield* layers.walk(stack, directory.path)
    const failed = storageFailure("prepare", `volume ${volume.name}`)
    const owned = <A extends Owner>(entry: A): A =>
      owners === undefined ? entry : { ...entry, ...ownerOutside(owners, entry) }
    yield* fill(volume, yield* Effect.try({ try: () => entries.map(owned), catch: failed }), directory.path)
    yield* Effect.try({
      try: () => {
        const { gid, uid } = owned(directory)
        lchownSync(volume.path, uid, gid)
        chmodSync(volume.path, directory.mode)
      },
      catch: failed
    })
  })

/**
 * Puts entries into an empty volume; each directory must come before what is in it. `top`: the path that all of them
 * are below, which is left off.
 */
export const fill = (
  { name, path: root }: Pick<VolumeRecord, "name" | "path">,
  entries: Iterable<TreeEntry>,
  top = ""
): Effect.Effect<void, StorageFailure> =>
  Effect.try({
    try: () => {
      const prefix = top === "" ? 0 : top.length + 1
      const inside = (path: string) => join(root, path.slice(prefix))
      const directories: Array<TreeEntry> = []
      // Parents come before what is in them, so no link of the image is ever followed on the way.
      for (const entry of entries) {
        // The volume's own directory is there.
        if (entry.path.length <= top.length) continue
        if (entry.type === "directory") directories.push(entry)
        place(entry, inside(entry.path), inside)
      }
      for (const entry of directories.toReversed()) finish(entry, inside(entry.path))
    },
    catch: storageFailure("prepare", `volume ${name}`)
  })

const seconds = (entry: TreeEntry): number => Number(entry.mtimeNs) / 1e9

const finish = (entry: TreeEntry, path: string): void => {
  lchownSync(path, ...ownerHere(entry.uid, entry.gid))
  if (entry.type !== "symlink") chmodSync(path, entry.mode)
  lutimesSync(path, seconds(entry), seconds(entry))
}

const place = (entry: TreeEntry, path: string, inside: (path: string) => string): void => {
  switch (entry.type) {
    case "directory":
      mkdirSync(path, { mode: 0o700 })
      return
    case "symlink":
      symlinkSync(entry.target, path)
      return finish(entry, path)
    case "hardlink":
      return linkSync(inside(entry.target), path)
    case "file": {
      if (entry.content.from === "file") copyFileSync(entry.content.path, path, constants.COPYFILE_FICLONE)
      else {
        const fd = openSync(path, "wx", 0o600)
        try {
          const pieces = entry.content.from === "bytes" ? [entry.content.bytes] : entry.content.pieces()
          for (const piece of pieces) {
            for (let at = 0; at < piece.length;) at += writeSync(fd, piece, at)
          }
        } finally {
          closeSync(fd)
        }
      }
      return finish(entry, path)
    }
    case "char":
    case "block":
    case "fifo":
      // Devices and pipes are not copied into volumes; Docker's copy leaves devices out as well.
      return
  }
}
