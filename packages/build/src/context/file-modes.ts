import { existsSync } from "node:fs"
import { dirname, join } from "node:path"

/** What of a file's permission bits counts, for its copy and for the key alike. */
export type FileModes = (mode: number) => number

/** All of them. */
export const ownModes: FileModes = (mode) => mode

const groupWrite = 0o020

/**
 * In the work tree of a git repository: all bits but the one that the group may write. Git does not keep it, so it only
 * says what umask the checkout was made with, 002 or 022, and the same commit shall be the same build for both. It is
 * taken away and never given, so no copy is open to more people than its source.
 */
export const workTreeModes = (root: string): FileModes => (isInWorkTree(root) ? (mode) => mode & ~groupWrite : ownModes)

/** Whether a directory is in the work tree of a git repository. */
export const isInWorkTree = (directory: string): boolean => {
  // `.git` is a directory, or in a linked work tree a file.
  if (existsSync(join(directory, ".git"))) return true
  const parent = dirname(directory)
  return parent !== directory && isInWorkTree(parent)
}
