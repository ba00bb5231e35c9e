import { entryOfTar } from "./entry-of-tar.ts"
import type { PathProblem } from "./safe-path.ts"
import { makeTarReader, type TarEntry, type TarProblem } from "./tar-read.ts"
import { layerName } from "./whiteout.ts"
import type { TreeChange } from "./TreeEntry.ts"

/** What is wrong with an archive: it cannot be read, or one of its names leads nowhere good. */
export type ArchiveProblem = TarProblem | PathProblem

/** Most bytes of one file that are held in memory: a sparse file may claim any number of zeros at no cost. */
const contentLimit = 1024 * 1024 * 1024

/**
 * The changes that the archive of a layer spells, in the order of the archive, with their contents in memory. For small
 * archives and for stores without a disk.
 *
 * Whiteouts speak of the layers below only, wherever they stand in the list. See `layerName` for what names mean.
 */
export const readChanges = (archive: Iterable<Uint8Array>): ReadonlyArray<TreeChange> | ArchiveProblem => {
  const changes: Array<TreeChange> = []
  let current: TarEntry | undefined
  let pieces: Array<Uint8Array> = []
  let problem: ArchiveProblem | undefined
  const reader = makeTarReader({
    entry: (entry) => {
      current = entry
      pieces = []
      if (entry.size > contentLimit) problem ??= { path: entry.name, why: "it is too large to be held in memory" }
    },
    data: (piece) => {
      if (problem === undefined) pieces.push(piece.slice())
    },
    hole: (bytes) => {
      if (problem === undefined) pieces.push(new Uint8Array(bytes))
    },
    end: () => {
      if (current === undefined || problem !== undefined) return
      const change = changeOf(current, pieces)
      if (change === undefined) return
      if ("why" in change) problem = change
      else changes.push(change)
    }
  })
  for (const piece of archive) {
    const found = reader.push(piece) ?? problem
    if (found !== undefined) return found
  }
  return reader.finish() ?? problem ?? changes
}

/** The change an entry means; undefined for what means nothing. */
const changeOf = (entry: TarEntry, pieces: ReadonlyArray<Uint8Array>): TreeChange | PathProblem | undefined => {
  const meant = layerName(entry.name)
  if ("why" in meant) return meant
  switch (meant.type) {
    case "ignored":
      return undefined
    case "entry":
      return entryOfTar(entry, meant.path, { from: "bytes", bytes: Buffer.concat(pieces) })
    default:
      return meant
  }
}
