import { lstatSync, mkdirSync, readdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { LayerStore } from "@gantry/core/store/LayerStore"
import { type StorageFailure, storageFailure } from "@gantry/core/store/StoreError"
import { joinPath } from "@gantry/core/tree/safe-path"
import type { TreeEntry } from "@gantry/core/tree/TreeEntry"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { archiveOf, exportedEntries, type ExportError, type ExportOptions } from "./export-tree.ts"
import type { Produced } from "./Produced.ts"

/** The folder must not be made equal to an image. */
export class FolderProtected extends Data.TaggedError("FolderProtected")<{
  readonly directory: string
  readonly why: string
}> {
  override get message() {
    return `${this.directory} is not emptied: ${this.why}`
  }
}

/** Where the files of an image go. */
export interface ExportFolder extends Omit<ExportOptions, "own"> {
  /** Absolute; made when missing. */
  readonly directory: string
  /** `delete`: what is in the folder and not in the image is removed, last of all. */
  readonly mode: "copy" | "delete"
}

/**
 * Writes the files of what was built into a folder, by the code that unpacks layers, which runs with the folder as its
 * root: no link of the image leads out of it, nor does one that is in the folder. They belong to whoever calls, and keep
 * their modes, times, links and attributes. Directories are merged; anything else that stands in the way is replaced.
 */
export const exportFolder = (
  produced: ReadonlyArray<Produced>,
  { directory, mode, ...options }: ExportFolder
): Effect.Effect<void, ExportError, LayerStore | Scope.Scope> =>
  Effect.gen(function* () {
    const { apply } = yield* LayerStore
    if (apply === undefined) return yield* Effect.dieMessage("this store has no folders")
    const entries = yield* exportedEntries(produced, { ...options, own: true })
    yield* Effect.try({
      try: () => mkdirSync(directory, { recursive: true }),
      catch: storageFailure("prepare", directory)
    })
    yield* apply(directory, archiveOf(entries))
    if (mode === "delete") yield* removeOthers(directory, entries)
  })

/** Removes what is in a folder and not among the entries. Links are removed, never followed. */
const removeOthers = (directory: string, entries: ReadonlyArray<TreeEntry>): Effect.Effect<void, StorageFailure> =>
  Effect.try({
    try: () => {
      const wanted = new Set(entries.map(({ path }) => path))
      const clean = (inside: string): void => {
        for (const name of readdirSync(join(directory, inside))) {
          const path = joinPath(inside, name)
          const disk = join(directory, path)
          if (!wanted.has(path)) rmSync(disk, { recursive: true, force: true })
          else if (lstatSync(disk).isDirectory()) clean(path)
        }
      }
      clean("")
    },
    catch: storageFailure("remove", directory)
  })

/**
 * Refuses to empty a folder that holds what somebody works with: the root, or one of these paths or what leads to it.
 */
export const checkEmptied = (
  directory: string,
  precious: ReadonlyArray<{ readonly path: string; readonly what: string }>
): Effect.Effect<void, FolderProtected> => {
  if (directory === "/") return new FolderProtected({ directory, why: "it is the root directory" })
  for (const { path, what } of precious) {
    if (path === directory || path.startsWith(`${directory}/`)) {
      return new FolderProtected({ directory, why: `it holds ${what}, ${path}` })
    }
  }
  return Effect.void
}
