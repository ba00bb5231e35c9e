import * as Either from "effect/Either"
import type { ContextProblem } from "./ContextProblem.ts"
import type { ContextTree } from "./ContextTree.ts"
import { compileGlob, hasGlob } from "./glob.ts"
import { isThere, resolve } from "./resolve.ts"

/**
 * The paths that a pattern matches, segment by segment, sorted by code unit. A part without special characters need
 * not exist. From segment number `deepFrom` on, `**` stands for any number of directories, and at the end for everything
 * below.
 */
export const expandGlob = (
  tree: ContextTree,
  source: string,
  { deepFrom = Infinity, segments }: { readonly segments: ReadonlyArray<string>; readonly deepFrom?: number }
): Either.Either<ReadonlyArray<string>, ContextProblem> =>
  Either.gen(function* () {
    // Segments are checked before anything is read, so that a bad pattern is bad in an empty context too.
    const globs = []
    for (const segment of segments) {
      globs.push(
        yield* Either.mapLeft(compileGlob(segment), (message): ContextProblem => ({
          _tag: "BadPattern",
          source,
          message
        }))
      )
    }
    let paths: ReadonlyArray<string> = [""]
    for (const [index, segment] of segments.entries()) {
      const next = new Set<string>()
      for (const path of paths) {
        if (index >= deepFrom && segment === "**" && index < segments.length - 1) {
          for (const each of yield* descend(tree, path)) next.add(each)
          continue
        }
        if (!hasGlob(segment)) {
          next.add(path === "" ? segment : `${path}/${segment}`)
          continue
        }
        const directory = yield* resolve(tree, path)
        if (!isThere(directory) || directory.type !== "dir") continue
        for (const entry of yield* tree.list(directory.path)) {
          const name = entry.path.slice(directory.path === "" ? 0 : directory.path.length + 1)
          if (globs[index]!(name)) next.add(path === "" ? name : `${path}/${name}`)
        }
      }
      paths = [...next]
    }
    return paths.toSorted()
  })

/** A path and all directories below it. */
const descend = (tree: ContextTree, path: string): Either.Either<ReadonlyArray<string>, ContextProblem> =>
  Either.gen(function* () {
    const found = [path]
    // Grows while it is gone through, so that deep directories take no stack.
    for (const each of found) {
      const directory = yield* resolve(tree, each)
      if (!isThere(directory) || directory.type !== "dir") continue
      for (const entry of yield* tree.list(directory.path)) {
        const name = entry.path.slice(directory.path === "" ? 0 : directory.path.length + 1)
        if (entry.type === "dir") found.push(each === "" ? name : `${each}/${name}`)
      }
    }
    return found
  })
