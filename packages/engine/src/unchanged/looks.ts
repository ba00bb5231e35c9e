import { type BigIntStats, lstatSync, statSync } from "node:fs"
import { join } from "node:path"

/**
 * What was seen at a path of a context, relative to it. `file`: something that is no directory, by device, inode, size and
 * the times of the last change of its bytes and of its inode, which nobody can set at will. `listed`: a directory whose
 * names were read, which no name comes to and none leaves without its times telling. `passed`: a directory that was gone
 * through or copied as such; what is in it says nothing of it. `none`: there was nothing.
 */
export interface Look {
  readonly path: string
  readonly saw: "file" | "listed" | "passed" | "none"
  readonly state: string
}

/** What can be seen of a thing in two looks, as far as it counts for a kind of look. */
export const stateOf = (saw: "file" | "listed" | "passed", stat: BigIntStats): string => {
  // A mode says of which type a thing is.
  const { ctimeNs, dev, gid, ino, mode, mtimeNs, size, uid } = stat
  return (saw === "passed" ? [dev, ino, mode, uid, gid] : [dev, ino, mode, size, mtimeNs, ctimeNs]).join(" ")
}

/** Whether a path is as it was when it was looked at. */
export const isAsSeen = (root: string, { path, saw, state }: Look): boolean => {
  const stat = statOf(join(root, path), path === "")
  if (stat === undefined) return saw === "none"
  return saw !== "none" && stateOf(saw, stat) === state
}

/** The root of a context may be a link to it, nothing in it is followed. */
export const statOf = (place: string, follow: boolean): BigIntStats | undefined => {
  try {
    return (follow ? statSync : lstatSync)(place, { bigint: true })
  } catch {
    return undefined
  }
}
