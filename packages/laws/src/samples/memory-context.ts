import { type Digest, ofBytes } from "@gantry/core/image/Digest"
import type { ContextEntry, ContextTree } from "@gantry/build/context/ContextTree"
import { type IgnoreRules, nothingIgnored } from "@gantry/build/context/ignore-file"
import { select } from "@gantry/build/context/select"
import type { BuildContext } from "@gantry/build/solve/BuildContext"
import * as Either from "effect/Either"
import type { SampleFile } from "./dockerfiles.ts"

/** A build context whose files are values. Directories are there because files are in them. */
export const memoryContext = (
  files: ReadonlyMap<string, SampleFile>,
  { mtimeNs = 0n, uid = 0 }: { readonly mtimeNs?: bigint; readonly uid?: number } = {},
  ignore: IgnoreRules = nothingIgnored
): BuildContext => {
  const entries = new Map<string, ContextEntry>()
  const add = (path: string, type: "file" | "dir", mode: number, size: number) =>
    entries.set(path, { path, type, mode, size, uid, gid: uid, mtimeNs, ctimeNs: mtimeNs, dev: 1n, ino: 1n })
  add("", "dir", 0o755, 0)
  for (const [path, { mode, text }] of files) {
    const names = path.split("/")
    for (let depth = 1; depth < names.length; depth++) add(names.slice(0, depth).join("/"), "dir", 0o755, 0)
    add(path, "file", mode, text.length)
  }
  const parent = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf("/")))
  const listed = [...entries.values()].filter(({ path }) => path !== "")
  const tree: ContextTree = {
    root: "/nowhere",
    ignore,
    list: (directory) =>
      Either.right(
        listed.filter(({ path }) => parent(path) === directory).toSorted((a, b) => (a.path < b.path ? -1 : 1))
      ),
    stat: (path) => Either.right(entries.get(path))
  }
  const digest = (path: string): Digest => ofBytes(files.get(path)?.text ?? "")
  return {
    select: (source, options) => select(tree, source, options),
    fileDigest: ({ path }) => Either.right(digest(path)),
    place: ({ path }) => Either.right(`/nowhere/${path}`),
    unchanged: () => true
  }
}
