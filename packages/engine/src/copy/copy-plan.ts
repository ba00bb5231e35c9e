import { posix } from "node:path"
import type { Look } from "./FileRoot.ts"

/** Where files are to go, once links in the last place were followed. */
export interface Destination {
  /** Absolute; ends in `/` or `/.` when it was written so. */
  readonly path: string
  /** None when nothing is there. */
  readonly kind?: "directory" | "file"
}

/** What is copied: a file or a directory. */
export interface CopiedThing {
  /** Its own name; empty when the contents of a directory are meant. */
  readonly name: string
  readonly isDirectory: boolean
}

/** The directory that files are put into, and the name they get there; empty for the contents of a directory. */
export interface CopyPlan {
  readonly into: string
  readonly name: string
}

/** Why it cannot be done, in Docker's words. */
export type CopyProblem = "cannot copy directory" | "no such directory" | "too many links"

/** Links one after the other that are followed at the end of a path; Docker's number. */
const mostLinks = 10

/** Whether a path is written so that it can mean a directory only. */
export const meansDirectory = (path: string): boolean => path.endsWith("/") || path.endsWith("/.")

/**
 * The name under which a path is copied; empty when its contents are meant, `DIR/.` or the root. The path is absolute.
 */
export const nameCopied = (path: string): string => (path.endsWith("/.") ? "" : posix.basename(posix.normalize(path)))

/** Follows the links that stand at the end of a path, also when the last of them leads to nothing. */
export const settle = (path: string, look: (path: string) => Look | undefined): Destination | CopyProblem => {
  let at = path
  for (let links = 0; links <= mostLinks; links++) {
    const found = look(at)
    if (found === undefined) return { path: at }
    if (found.kind === "directory") return { path: at, kind: "directory" }
    if (found.kind !== "symlink") return { path: at, kind: "file" }
    // What the container wrote: not normalized, for `..` after a link leads elsewhere.
    at = found.target.startsWith("/") ? found.target : below(parentOf(at), found.target)
  }
  return "too many links"
}

/**
 * What becomes of one thing at a destination, by the rules of `docker cp`: into a directory that is there, over a file,
 * or under a new name in a directory that is there.
 */
export const planCopy = ({ isDirectory, name }: CopiedThing, { kind, path }: Destination): CopyPlan | CopyProblem => {
  if (kind === "directory") return { into: path, name }
  if (kind === "file" && isDirectory) return "cannot copy directory"
  if (kind === undefined && !isDirectory && meansDirectory(path)) return "no such directory"
  const bare = path.replace(/(?:\/\.?)+$/, "")
  return { into: parentOf(bare), name: bare.slice(bare.lastIndexOf("/") + 1) }
}

const below = (directory: string, path: string): string => `${directory === "/" ? "" : directory}/${path}`

/** The directory part of an absolute path as written, never empty. */
const parentOf = (path: string): string => path.slice(0, path.replace(/(?:\/\.?)+$/, "").lastIndexOf("/")) || "/"
