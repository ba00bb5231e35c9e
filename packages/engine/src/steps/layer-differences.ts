import { hasher } from "@gantry/core/image/Digest"
import { canonicalChanges } from "@gantry/core/tree/canonical-changes"
import { byCodeUnit } from "@gantry/core/tree/safe-path"
import type { TreeChange, TreeEntry } from "@gantry/core/tree/TreeEntry"
import { contentPieces } from "../content-pieces.ts"

/** In what a path of one layer is not what it is in another. */
export interface LayerDifference {
  /** Absolute. */
  readonly path: string
  /** `added`: only the second layer says something of the path, `removed`: only the first does. */
  readonly change: "added" | "removed" | "type" | "content" | "target" | "mode" | "owner" | "device" | "attributes"
}

/**
 * In what two layers differ, sorted by path, the first difference of each path; times never count, because they are
 * other ones whenever something is run. Reads the contents of files of equal size, and throws what reading throws.
 */
export const layerDifferences = (
  first: Iterable<TreeChange>,
  second: Iterable<TreeChange>
): ReadonlyArray<LayerDifference> => {
  const before = byPath(first)
  const after = byPath(second)
  return [...new Set([...before.keys(), ...after.keys()])].toSorted(byCodeUnit).flatMap((path) => {
    const change = changeOf(before.get(path), after.get(path))
    return change === undefined ? [] : [{ path: `/${path}`, change }]
  })
}

/** What a layer says of one path: an entry, that it is gone, that nothing below shines through. */
interface Said {
  entry?: TreeEntry
  removed?: boolean
  opaque?: boolean
}

const byPath = (changes: Iterable<TreeChange>): ReadonlyMap<string, Said> => {
  const paths = new Map<string, Said>()
  for (const change of canonicalChanges(changes)) {
    const said = paths.get(change.path) ?? {}
    if (change.type === "removed") said.removed = true
    else if (change.type === "opaque") said.opaque = true
    else said.entry = change
    paths.set(change.path, said)
  }
  return paths
}

const changeOf = (before: Said | undefined, after: Said | undefined): LayerDifference["change"] | undefined => {
  if (before === undefined) return after?.removed === true ? "removed" : "added"
  if (after === undefined) return before.removed === true ? "added" : "removed"
  if (before.removed !== after.removed || before.opaque !== after.opaque) return "type"
  if (before.entry === undefined || after.entry === undefined) {
    return before.entry === after.entry ? undefined : "type"
  }
  return entryChange(before.entry, after.entry)
}

const entryChange = (before: TreeEntry, after: TreeEntry): LayerDifference["change"] | undefined => {
  if (before.type !== after.type) return "type"
  if (before.type === "file" && after.type === "file" && !sameContent(before, after)) return "content"
  if ("target" in before && "target" in after && before.target !== after.target) return "target"
  if ("major" in before && "major" in after && (before.major !== after.major || before.minor !== after.minor)) {
    return "device"
  }
  if (before.mode !== after.mode) return "mode"
  if (before.uid !== after.uid || before.gid !== after.gid) return "owner"
  return attributesOf(before) === attributesOf(after) ? undefined : "attributes"
}

type File = Extract<TreeEntry, { readonly type: "file" }>

const sameContent = (before: File, after: File): boolean =>
  before.size === after.size && digestOf(before) === digestOf(after)

const digestOf = ({ content }: File): string => {
  const seen = hasher()
  for (const piece of contentPieces(content)) seen.update(piece)
  return seen.digest()
}

const attributesOf = ({ xattrs = new Map() }: TreeEntry): string =>
  JSON.stringify([...xattrs].map(([name, value]) => [name, Buffer.from(value).toString("hex")]).toSorted())
