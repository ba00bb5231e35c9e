/** Why a name from an archive, or a path from outside, cannot be used. */
export interface PathProblem {
  /** The name as it was given. */
  readonly path: string
  readonly why: string
}

/** Longest path in bytes: what the kernel takes, its final zero left out. */
export const pathLimit = 4095

/** Longest name of one path component in bytes. */
export const nameLimit = 255

const problem = (path: string, why: string): PathProblem => ({ path, why })

/**
 * The path of a tree (see TreeEntry) that a name in an archive means, or why it means none.
 *
 * Leading and trailing slashes, empty components and `.` are left out, so the root is "". A `..` is refused wherever it
 * stands, also where it would not lead outside (TAR-3), because what it means depends on links.
 */
export const safePath = (name: string): string | PathProblem => {
  if (name === "") return problem(name, "it is empty")
  if (name.includes("\0")) return problem(name, "it contains a zero byte")
  if (!name.isWellFormed() || name.includes("\u{fffd}")) return problem(name, "it is not UTF-8")
  if (plain.test(name) && name.length <= nameLimit) return name
  const parts: Array<string> = []
  for (const part of name.split("/")) {
    if (part === "" || part === ".") continue
    if (part === "..") return problem(name, "it leads out of a directory")
    if (Buffer.byteLength(part) > nameLimit) return problem(name, `a component is longer than ${nameLimit} bytes`)
    parts.push(part)
  }
  const path = parts.join("/")
  return Buffer.byteLength(path) > pathLimit ? problem(name, `it is longer than ${pathLimit} bytes`) : path
}

/** Names that need no work, which is nearly all of them: no component starts with a dot or is empty. */
const plain = /^[A-Za-z0-9_@+-][A-Za-z0-9_@+.-]*(?:\/[A-Za-z0-9_@+-][A-Za-z0-9_@+.-]*)*$/

/** The directory a path lies in; "" for what lies in the root. */
export const parentOf = (path: string): string => {
  const slash = path.lastIndexOf("/")
  return slash < 0 ? "" : path.slice(0, slash)
}

/** The last component of a path; "" for the root. */
export const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1)

/** The path of a name inside a directory. */
export const joinPath = (directory: string, name: string): string => (directory === "" ? name : `${directory}/${name}`)

/** Whether `path` lies below `directory`, at any depth. Nothing lies below itself. */
export const isBelow = (path: string, directory: string): boolean =>
  directory === "" ? path !== "" : path.length > directory.length && path.startsWith(`${directory}/`)

/** Order by code unit: the only order used for paths. A directory comes before what is in it. */
export const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
