import * as Either from "effect/Either"
import type { ContextProblem } from "./ContextProblem.ts"
import type { ContextTree } from "./ContextTree.ts"
import { compileGlob, hasGlob } from "./glob.ts"
import { isThere, resolve } from "./resolve.ts"

/**
 * The paths that a pattern matches, segment by segment, sorted by code unit. A part without special characters need
 * not exist. With `deep`, a segment `**` stands for any number of directories.
 */
export const expandGlob = (
  tree: ContextTree,
  source: string,
  { deep, segments }: { readonly segments: ReadonlyArray<string>; readonly deep: boolean }
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
        if (deep && segment === "**") {
          // The last ** means everything below; one in the middle any number of directories.
          for (const each of yield* descend(tree, path, index === segments.length - 1)) next.add(each)
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

const descend = (
  tree: ContextTree,
  path: string,
  files: boolean
): Either.Either<ReadonlyArray<string>, ContextProblem> =>
  Either.gen(function* () {
    const found = files ? [] : [path]
    const directory = yield* resolve(tree, path)
    if (!isThere(directory) || directory.type !== "dir") return found
    for (const entry of yield* tree.list(directory.path)) {
      const name = entry.path.slice(directory.path === "" ? 0 : directory.path.length + 1)
      const place = path === "" ? name : `${path}/${name}`
      if (entry.type === "dir") found.push(...(yield* descend(tree, place, files)))
      else if (files) found.push(place)
    }
    return found
  })
