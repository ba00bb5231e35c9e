import { entryOfTar } from "./entry-of-tar.ts"
import { nameOf, parentOf, type PathProblem, safePath } from "./safe-path.ts"
import { makeTarReader, type TarEntry, type TarProblem } from "./tar-read.ts"
import { opaqueName, whiteoutPrefix } from "./whiteout.ts"
import type { TreeChange } from "./TreeEntry.ts"

/** What is wrong with an archive: it cannot be read, or one of its names leads nowhere good. */
export type ArchiveProblem = TarProblem | PathProblem

/**
 * The changes that the archive of a layer spells, in the order of the archive, with their contents in memory. For small
 * archives and for stores without a disk.
 *
 * Whiteouts speak of the layers below only, wherever they stand in the list. Names that begin like aufs' own records are
 * left out, as every reader of layers does.
 *
 * Spec: OCI image-spec, layer.md, section "Representing Changes".
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
    },
    data: (piece) => void pieces.push(piece.slice()),
    hole: (bytes) => void pieces.push(new Uint8Array(bytes)),
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
  const path = safePath(entry.name)
  if (typeof path !== "string") return path
  const name = nameOf(path)
  if (name === opaqueName) return { type: "opaque", path: parentOf(path) }
  if (name.startsWith(whiteoutPrefix + whiteoutPrefix)) return undefined
  if (name.startsWith(whiteoutPrefix)) {
    const gone = name.slice(whiteoutPrefix.length)
    if (gone === "" || gone === "." || gone === "..") return { path: entry.name, why: "it takes nothing away by name" }
    return { type: "removed", path: path.slice(0, path.length - name.length) + gone }
  }
  return entryOfTar(entry, path, { from: "bytes", bytes: Buffer.concat(pieces) })
}
