import { entryOfTar } from "@gantry/core/tree/entry-of-tar"
import { makeTarReader, type TarEntry } from "@gantry/core/tree/tar-read"
import type { TreeChange, TreeEntry } from "@gantry/core/tree/TreeEntry"
import { layerName } from "@gantry/core/tree/whiteout"

/** A list of what an archive says of each path, filled while its bytes pass. */
export interface ArchiveListing {
  readonly push: (piece: Uint8Array) => void
  /** What is on the disk and not in the archive, or the other way round, or not as it says. None when nothing is. */
  readonly compare: (disk: ReadonlyArray<TreeChange>) => string | undefined
}

const noBytes = { from: "bytes", bytes: new Uint8Array() } as const

/** All directories above a path, the nearest first. */
function* above(path: string): Generator<string, void> {
  for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1)) yield path.slice(0, at)
}

/**
 * Compares the files of a layer with its archive. The archive of a pulled layer is written from a recipe, so its hash
 * vouches for the contents of files and not for their owners, modes and kinds, nor that there is nothing else.
 *
 * What an archive says twice, or of a name that it links to another, is not judged: which of them counts depends on more.
 */
export const archiveListing = (): ArchiveListing => {
  /** By path; undefined for what is not judged. */
  const said = new Map<string, TreeEntry | undefined>()
  const linked = new Set<string>()
  const implied = new Set<string>()
  let readable = true

  const note = (entry: TarEntry): void => {
    const meant = layerName(entry.name)
    if ("why" in meant || meant.type !== "entry") return
    const { path } = meant
    for (const directory of above(path)) implied.add(directory)
    const made = entryOfTar(entry, path, noBytes)
    said.set(path, "why" in made || said.has(path) ? undefined : made)
    if (!("why" in made) && made.type === "hardlink") {
      linked.add(path)
      linked.add(made.target)
    }
  }
  const reader = makeTarReader({ entry: note, data: () => {}, hole: () => {}, end: () => {} })

  /** Whether nothing that the archive says makes it doubtful that a path is there in the end. */
  const certain = (path: string): boolean => {
    for (const directory of above(path)) {
      if (said.has(directory) && said.get(directory)?.type !== "directory") return false
    }
    return true
  }

  return {
    push: (piece) => {
      if (readable && reader.push(piece) !== undefined) readable = false
    },
    compare: (disk) => {
      if (!readable) return undefined
      const there = new Set<string>()
      for (const found of disk) {
        if (found.type === "removed" || found.type === "opaque" || found.path === "") continue
        const { path } = found
        there.add(path)
        if (!said.has(path)) {
          if (found.type === "directory" && implied.has(path)) continue
          return `${path} is not in its archive`
        }
        const promised = said.get(path)
        if (promised === undefined || linked.has(path)) continue
        const why = difference(promised, found)
        if (why !== undefined) return `${path} ${why} than in its archive`
      }
      for (const [path, promised] of said) {
        if (promised !== undefined && path !== "" && !there.has(path) && certain(path)) return `${path} is gone`
      }
      return undefined
    }
  }
}

/** In what an entry of the disk differs from what was promised. */
const difference = (promised: TreeEntry, found: TreeEntry): string | undefined => {
  if (promised.type !== found.type) return "is of another kind"
  if (promised.uid !== found.uid || promised.gid !== found.gid) return "has another owner"
  if (promised.type === "symlink" && found.type === "symlink") {
    return promised.target === found.target ? undefined : "leads elsewhere"
  }
  return promised.mode === found.mode ? undefined : "has another mode"
}
