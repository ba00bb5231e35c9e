import { compileGlob, hasGlob } from "@gantry/build/context/glob"
import * as Either from "effect/Either"
import type { FileRoot } from "./FileRoot.ts"

/**
 * The paths of a tree that a pattern matches, sorted. A path that is there as it is written means itself, and so does one
 * without special characters, or with a pattern that cannot be read. As in a shell, a star does not match a leading dot.
 */
export const expandPaths = (root: FileRoot, pattern: string): ReadonlyArray<string> => {
  if (!hasGlob(pattern) || root.look(pattern) !== undefined) return [pattern]
  let paths: ReadonlyArray<string> = [""]
  for (const segment of pattern.split("/").slice(1)) {
    if (!hasGlob(segment)) {
      paths = paths.map((path) => `${path}/${segment}`)
      continue
    }
    const glob = compileGlob(segment)
    if (Either.isLeft(glob)) return [pattern]
    paths = paths.flatMap((path) => {
      if (root.look(`${path}/`)?.kind !== "directory") return []
      return root
        .list(`${path}/`)
        .filter((name) => glob.right(name) && (segment.startsWith(".") || !name.startsWith(".")))
        .map((name) => `${path}/${name}`)
    })
  }
  return paths.filter((path) => root.look(path) !== undefined)
}
