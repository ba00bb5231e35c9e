import type { TreeEntry } from "@gantry/core/tree/TreeEntry"
import * as fc from "fast-check"
import { archiveOf, directoryRecord, plainRecord } from "./hostile-archives.ts"

/** One entry of the archive of a layer: something that is there, or a mark. */
export interface LayerWord {
  readonly kind: "file" | "directory" | "removed" | "opaque"
  readonly path: string
}

const meta = { uid: 0, gid: 0, mtimeNs: 0n }

/** What lies below: directories with files in them, one inside the other. */
export const wordsBelow: ReadonlyArray<TreeEntry> = [
  { ...meta, type: "directory", path: "d", mode: 0o755 },
  { ...meta, type: "directory", path: "d/e", mode: 0o755 },
  ...["d/e/x", "d/x", "d/y", "x"].map((path): TreeEntry => ({
    ...meta,
    type: "file",
    path,
    mode: 0o644,
    size: 5,
    content: { from: "bytes", bytes: Buffer.from("below") }
  }))
]

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")))
const below = (path: string, directory: string): boolean =>
  directory === "" ? path !== "" : path.startsWith(`${directory}/`)

const words: fc.Arbitrary<LayerWord> = fc.oneof(
  fc.record({
    kind: fc.constantFrom("file" as const, "directory" as const),
    path: fc.constantFrom("x", "d", "d/x", "d/e", "d/e/x", "d/n")
  }),
  fc.record({ kind: fc.constant("removed" as const), path: fc.constantFrom("x", "d", "d/x", "d/y", "d/e", "d/e/x") }),
  fc.record({ kind: fc.constant("opaque" as const), path: fc.constantFrom("", "d", "d/e") })
)

/** A list that every reader understands alike: nothing is inside of what the list itself makes a file. */
const isClear = (list: ReadonlyArray<LayerWord>): boolean =>
  list.every(({ kind, path }, index) => {
    const inside = kind === "opaque" ? `${path}/` : path
    const before = kind === "file" || kind === "directory" ? list.slice(0, index) : list
    const last = new Map(
      before.flatMap((word) => (word.kind === "file" || word.kind === "directory" ? [[word.path, word.kind]] : []))
    )
    const any = list.some((word) => word.kind === "file" && below(inside, word.path))
    const now = [...last].some(([at, type]) => type === "file" && below(inside, at))
    return kind === "file" || kind === "directory" ? !now : !any
  })

/** Lists of such words in any order, with the directories that they speak of in front. */
export const layerWords: fc.Arbitrary<ReadonlyArray<LayerWord>> = fc
  .array(words, { minLength: 1, maxLength: 7 })
  .map((list) => {
    const parents = new Set<string>()
    for (const { kind, path } of list) {
      for (let at = kind === "opaque" ? path : parentOf(path); at !== ""; at = parentOf(at)) parents.add(at)
    }
    return [...[...parents].toSorted().map((path): LayerWord => ({ kind: "directory", path })), ...list]
  })
  .filter(isClear)

/** Lists that readers once got wrong. */
export const trickyWords: ReadonlyArray<ReadonlyArray<LayerWord>> = [
  // A parent that a file takes away in its turn, and that nobody makes again before something is put into it.
  [
    { kind: "directory", path: "d" },
    { kind: "directory", path: "d/e" },
    { kind: "file", path: "d" },
    { kind: "directory", path: "d" },
    { kind: "file", path: "d/e/x" }
  ],
  [
    { kind: "opaque", path: "" },
    { kind: "file", path: "x" }
  ],
  [
    { kind: "directory", path: "d" },
    { kind: "file", path: "d/n" },
    { kind: "opaque", path: "d" }
  ],
  [
    { kind: "directory", path: "d" },
    { kind: "file", path: "d" },
    { kind: "directory", path: "d" }
  ],
  [
    { kind: "file", path: "x" },
    { kind: "removed", path: "x" }
  ]
]

/** The archive that spells such words. */
export const spelledWords = (list: ReadonlyArray<LayerWord>): Uint8Array =>
  archiveOf(
    ...list.map(({ kind, path }) => {
      if (kind === "file") return plainRecord(path, "layer")
      if (kind === "directory") return directoryRecord(path)
      const inside = kind === "opaque" ? path : parentOf(path)
      const name = kind === "opaque" ? ".wh..wh..opq" : `.wh.${path.slice(path.lastIndexOf("/") + 1)}`
      return plainRecord(inside === "" ? name : `${inside}/${name}`, "")
    })
  )

/**
 * What is seen when a layer of such words lies on {@link wordsBelow}: path, kind and whose it is, sorted. Worked out in the
 * plainest way: first all marks, on what lies below alone, then the entries in their order.
 */
export const meantBy = (list: ReadonlyArray<LayerWord>): ReadonlyArray<string> => {
  const seen = new Map(wordsBelow.map(({ path, type }) => [path, type === "file" ? "file below" : "directory"]))
  const drop = (goes: (path: string) => boolean) => {
    for (const path of seen.keys()) if (goes(path)) seen.delete(path)
  }
  for (const { kind, path } of list) {
    if (kind === "removed") drop((each) => each === path || below(each, path))
    if (kind === "opaque") drop((each) => below(each, path))
  }
  for (const { kind, path } of list) {
    if (kind === "removed" || kind === "opaque") continue
    // A file in its place may have taken the parent away.
    for (let at = parentOf(path); at !== ""; at = parentOf(at)) if (!seen.has(at)) seen.set(at, "directory")
    if (kind === "file") drop((each) => below(each, path))
    seen.set(path, kind === "file" ? "file layer" : "directory")
  }
  return [...seen].map(([path, what]) => `${path} ${what}`).toSorted()
}
