import type { ContextEntry, ContextTree } from "@gantry/build/context/ContextTree"
import { nothingIgnored } from "@gantry/build/context/ignore-file"
import { LayerStore, type Stack } from "@gantry/core/store/LayerStore"
import type { LayerMissing, StorageFailure } from "@gantry/core/store/StoreError"
import type { TreeEntry } from "@gantry/core/tree/TreeEntry"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"

/** A merged tree of layers in the form in which sources are looked for in a context. */
export interface StackView {
  readonly tree: ContextTree
  /** The whole entry behind one of the tree's. */
  readonly entryAt: (path: string) => TreeEntry | undefined
}

/** Reads the whole merged tree of a stack. */
export const viewOf = (stack: Stack): Effect.Effect<StackView, LayerMissing | StorageFailure, LayerStore> =>
  Effect.map(
    Effect.flatMap(LayerStore, (layers) => layers.walk(stack, "")),
    (all) => {
      const entries = new Map(all.map((entry) => [entry.path, entry]))
      const below = new Map<string, Array<ContextEntry>>()
      for (const entry of all) {
        const directory = entry.path.slice(0, Math.max(0, entry.path.lastIndexOf("/")))
        const siblings = below.get(directory)
        if (siblings === undefined) below.set(directory, [contextEntry(entry)])
        else siblings.push(contextEntry(entry))
      }
      for (const siblings of below.values()) siblings.sort((a, b) => (a.path < b.path ? -1 : 1))
      return {
        entryAt: (path) => entries.get(path),
        tree: {
          root: "/",
          ignore: nothingIgnored,
          list: (directory) => Either.right(below.get(directory) ?? []),
          stat: (path) => {
            const entry = entries.get(path)
            return Either.right(path === "" ? root : entry === undefined ? undefined : contextEntry(entry))
          }
        }
      }
    }
  )

const numbers = { uid: 0, gid: 0, size: 0, mtimeNs: 0n, ctimeNs: 0n, dev: 0n, ino: 0n }
const root: ContextEntry = { ...numbers, path: "", type: "dir", mode: 0o755 }

const contextEntry = (entry: TreeEntry): ContextEntry => ({
  ...numbers,
  path: entry.path,
  type: typeOf(entry),
  mode: entry.mode,
  ...(entry.type === "symlink" ? { linkTarget: entry.target } : {}),
  ...(entry.type === "char" || entry.type === "block" ? { device: { major: entry.major, minor: entry.minor } } : {})
})

const typeOf = ({ type }: TreeEntry): ContextEntry["type"] => {
  if (type === "directory") return "dir"
  return type === "hardlink" ? "file" : type
}
