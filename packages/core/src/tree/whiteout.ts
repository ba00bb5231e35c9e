import { type PathProblem, safePath } from "./safe-path.ts"

/** Name in front of everything that takes something away. Spec: OCI image-spec, layer.md, "Whiteouts". */
export const whiteoutPrefix = ".wh."

/** Name of the file that makes a directory opaque. Spec: OCI image-spec, layer.md, "Opaque Whiteout". */
export const opaqueName = ".wh..wh..opq"

/** Names in front of which the prefix stands twice: records that aufs kept for itself, the opaque mark among them. */
const recordPrefix = whiteoutPrefix + whiteoutPrefix

/** What a name in the archive of a layer means. Paths are those of a tree (see TreeEntry). */
export type LayerName =
  | { readonly type: "entry"; readonly path: string }
  | { readonly type: "removed"; readonly path: string }
  /** `path` is the directory. */
  | { readonly type: "opaque"; readonly path: string }
  /** A record of aufs, or something inside one: every reader of layers passes it over. */
  | { readonly type: "ignored" }

/**
 * What a name in the archive of a layer means, or why it means nothing good.
 *
 * The limit of a name's length holds for what is taken away, not for the mark: the whiteout of a name of 255 bytes has
 * 259. Whiteouts of nothing, `.` or `..`, and names below a whiteout, are refused.
 *
 * Spec: OCI image-spec, layer.md, section "Representing Changes".
 */
export const layerName = (name: string): LayerName | PathProblem => {
  if (!name.includes(whiteoutPrefix)) return entryAt(safePath(name))
  const parts = name.split("/").filter((part) => part !== "" && part !== ".")
  const last = parts.pop() ?? ""
  const record = [...parts, last].some((part) => part.startsWith(recordPrefix) && part !== opaqueName)
  if (!record && parts.some((part) => part.startsWith(whiteoutPrefix)))
    return { path: name, why: "it lies in a whiteout" }
  if (record || !last.startsWith(whiteoutPrefix)) {
    const place = entryAt(safePath(name))
    return record && "type" in place ? { type: "ignored" } : place
  }
  const gone = last.slice(whiteoutPrefix.length)
  if (gone === "" || gone === "." || gone === "..") return { path: name, why: "it is a whiteout of no name" }
  if (last !== opaqueName) return marked("removed", name, [...parts, gone])
  return parts.length === 0 ? { type: "opaque", path: "" } : marked("opaque", name, parts)
}

/** What a name means in an archive that is no layer's: itself. */
export const plainName = (name: string): LayerName | PathProblem => entryAt(safePath(name))

const entryAt = (path: string | PathProblem): LayerName | PathProblem =>
  typeof path === "string" ? { type: "entry", path } : path

const marked = (type: "removed" | "opaque", name: string, parts: ReadonlyArray<string>): LayerName | PathProblem => {
  const path = safePath(parts.join("/"))
  return typeof path === "string" ? { type, path } : { path: name, why: path.why }
}
