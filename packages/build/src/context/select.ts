/** What a COPY source means in a context. */
import * as Either from "effect/Either"
import { nearest } from "@gantry/core/nearest"
import type { ContextProblem } from "./ContextProblem.ts"
import type { ContextEntry, ContextTree } from "./ContextTree.ts"
import { expandGlob } from "./expand-glob.ts"
import { isThere, type Missing, type Resolved, resolve } from "./resolve.ts"
import { hasGlob } from "./glob.ts"
import {
  canPrune,
  compilePatterns,
  decisionOf,
  type IgnoreRules,
  isIgnoring,
  lastMatch,
  matchOf,
  nothingIgnored
} from "./ignore-file.ts"

/** One thing to be copied. */
export interface Selected {
  /** Where it goes, relative to the destination; never empty. */
  readonly as: string
  readonly entry: ContextEntry
}

/** One path that a source stands for. */
export interface Match {
  /** The path that matched, in the context. */
  readonly path: string
  /** What is there, after following symlinks. A directory's own mode and owner are not copied. */
  readonly entry: ContextEntry
  /** A directory's contents, or the one file; sorted by `as`. */
  readonly selected: ReadonlyArray<Selected>
  /** `--parents`: everything goes below the destination under its own path, even a single file. */
  readonly keepsPath?: true
}

/** How a source is to be read. */
export interface SelectOptions {
  /** `COPY --parents`: keep the path from the root, or from a `/./` in the source; `**` is allowed. */
  readonly parents?: boolean
  /** `COPY --exclude`: patterns as in an ignore file, for paths from the root of the context or from the source. */
  readonly exclude?: ReadonlyArray<string>
  /** A plain path may match nothing too (`--if-exists`). */
  readonly optional?: boolean
}

/**
 * Finds what a source stands for, in the order of the paths.
 *
 * `..` and leading slashes cannot leave the context. Symlinks on the way and at the end are followed inside of it,
 * those in a copied directory are copied. A pattern may match nothing; a plain path may not.
 */
export const select = (
  tree: ContextTree,
  source: string,
  { exclude = [], optional = false, parents = false }: SelectOptions = {}
): Either.Either<ReadonlyArray<Match>, ContextProblem> =>
  Either.gen(function* () {
    const excluded = yield* Either.mapLeft(
      exclude.length === 0 ? Either.right(nothingIgnored) : compilePatterns(exclude),
      (message): ContextProblem => ({ _tag: "BadPattern", source, message })
    )
    const segments = clamp(source)
    // What stands before the pivot is where the search begins, and no part of the paths.
    const pivot = parents ? source.indexOf("/./") : -1
    const kept = pivot < 0 ? 0 : clamp(source.slice(0, pivot)).length
    const isPattern = segments.some(hasGlob)
    const reader: Reader = { tree, source, excluded, mayMiss: isPattern || optional, followsLast: !parents }
    const paths = isPattern
      ? yield* expandGlob(tree, source, { segments, ...(parents ? { deepFrom: kept } : {}) })
      : [segments.join("/")]
    const matches: Array<Match> = []
    for (const path of paths) {
      const found = yield* readMatch(reader, path)
      if (found === undefined) continue
      matches.push(parents ? yield* withParents(reader, found, kept) : found)
    }
    return matches
  })

interface Reader {
  readonly tree: ContextTree
  readonly source: string
  readonly excluded: IgnoreRules
  /** Nothing at the path is no problem. */
  readonly mayMiss: boolean
  /** A symlink at the end of the path stands for what it leads to. */
  readonly followsLast: boolean
}

/** A source in segments; `..` at the root stays at the root. */
const clamp = (source: string): ReadonlyArray<string> => {
  const segments: Array<string> = []
  for (const segment of source.split("/")) {
    if (segment === "..") segments.pop()
    else if (segment !== "" && segment !== ".") segments.push(segment)
  }
  return segments
}

const readMatch = (reader: Reader, path: string): Either.Either<Match | undefined, ContextProblem> =>
  Either.gen(function* () {
    const { excluded, mayMiss, source, tree } = reader
    const entry = yield* find(reader, path)
    if (!isThere(entry)) {
      if (mayMiss) return undefined
      const { through } = entry
      const near = through === undefined ? suggestion(tree, entry) : undefined
      return yield* Either.left<ContextProblem>({
        _tag: "SourceMissing",
        source,
        ...(near === undefined ? {} : { suggestion: near }),
        ...(through === undefined ? {} : { link: { path: through.path, target: through.linkTarget ?? "" } })
      })
    }
    if (entry.type === "socket") {
      return mayMiss ? undefined : yield* Either.left<ContextProblem>({ _tag: "SourceIsSocket", source })
    }
    if (entry.type !== "dir" && isExcludedPath(excluded, path)) return undefined
    // The path itself may be ignored though the symlink in it leads to something that is not, and the other way round.
    const decided = [matchOf(tree.ignore, path), matchOf(tree.ignore, entry.path)]
    const ignoring = decided.find((match) => isIgnoring(tree.ignore, match))
    const selected = entry.type === "dir" ? (yield* contents(reader, entry.path)).selected : []
    if (ignoring !== undefined && selected.length === 0) {
      if (mayMiss) return undefined
      const { line = 0, pattern = "" } = decisionOf(tree.ignore, ignoring)
      return yield* Either.left<ContextProblem>({ _tag: "SourceIgnored", source, line, pattern })
    }
    if (entry.type === "dir") return { path, entry, selected }
    return { path, entry, selected: [{ as: baseName(path), entry }] }
  })

const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1)

/** What a path leads to; the link itself, if the last name is one that is not to be followed. */
const find = ({ followsLast, tree }: Reader, path: string): Either.Either<Resolved, ContextProblem> =>
  Either.gen(function* () {
    if (followsLast) return yield* resolve(tree, path)
    const slash = path.lastIndexOf("/")
    const above = yield* resolve(tree, path.slice(0, Math.max(0, slash)))
    if (!isThere(above)) return above
    const name = baseName(path)
    if (name === "") return above
    const entry = yield* tree.stat(above.path === "" ? name : `${above.path}/${name}`)
    return entry ?? { missing: name, at: above.path }
  })

/** A file that a source names outright is left out by its path, and by its name alone. */
const isExcludedPath = (excluded: IgnoreRules, path: string): boolean =>
  isIgnoring(excluded, Math.max(matchOf(excluded, path), matchOf(excluded, baseName(path))))

/** A path like the missing one, in the directory where the search ended. */
const suggestion = (tree: ContextTree, { at, missing }: Missing): string | undefined => {
  const listed = Either.getOrElse(tree.list(at), (): ReadonlyArray<ContextEntry> => [])
  const names = listed.map(({ path }) => path.slice(at === "" ? 0 : at.length + 1))
  const found = nearest(missing, names)
  return found === undefined || found === missing ? undefined : at === "" ? found : `${at}/${found}`
}

/** All that is kept below a directory. */
const contents = (
  { excluded, tree }: Reader,
  directory: string
): Either.Either<{ readonly selected: ReadonlyArray<Selected> }, ContextProblem> => {
  const { ignore } = tree
  const selected: Array<Selected> = []
  const skip = directory === "" ? 0 : directory.length + 1
  let problem: ContextProblem | undefined
  /** Returns whether anything below was kept. */
  const walk = (path: string, ignoredBy: number, excludedBy: number): boolean => {
    const listed = tree.list(path)
    if (Either.isLeft(listed)) {
      problem ??= listed.left
      return false
    }
    let keptAny = false
    for (const entry of listed.right) {
      const ignoring = lastMatch(ignore, entry.path, ignoredBy)
      const below = entry.path.slice(skip)
      const excluding = lastMatch(excluded, below, lastMatch(excluded, entry.path, excludedBy))
      const isOut = isIgnoring(ignore, ignoring)
      const isExcluded = isIgnoring(excluded, excluding)
      const place = { as: below, entry }
      if (entry.type !== "dir") {
        if (isOut || isExcluded) continue
        selected.push(place)
        keptAny = true
        continue
      }
      if (isOut && canPrune(ignore, entry.path, ignoring)) continue
      if (isExcluded && canPrune(excluded, entry.path, excluding) && canPrune(excluded, below, excluding)) continue
      // A directory that is out comes along when something below it was taken back in.
      const at = selected.push(place) - 1
      const keptBelow = walk(entry.path, ignoring, excluding)
      if ((isOut || isExcluded) && !keptBelow) selected.length = at
      else keptAny = true
    }
    return keptAny
  }
  walk(directory, matchOf(ignore, directory), matchOf(excluded, directory))
  if (problem !== undefined) return Either.left(problem)
  return Either.right({ selected: selected.toSorted(bySpelling) })
}

const bySpelling = (a: Selected, b: Selected) => (a.as < b.as ? -1 : a.as > b.as ? 1 : 0)

/** Puts a match under its own path: the directories above it come along, for their modes and owners. */
const withParents = ({ tree }: Reader, match: Match, kept: number): Either.Either<Match, ContextProblem> =>
  Either.gen(function* () {
    const names = match.path.split("/").slice(kept)
    const above = match.path.split("/").slice(0, kept)
    const selected: Array<Selected> = []
    for (let depth = 1; depth < names.length; depth++) {
      const entry = yield* resolve(tree, [...above, ...names.slice(0, depth)].join("/"))
      if (isThere(entry)) selected.push({ as: names.slice(0, depth).join("/"), entry })
    }
    const place = names.join("/")
    if (place === "") return { ...match, keepsPath: true }
    selected.push({ as: place, entry: match.entry })
    if (match.entry.type === "dir") {
      for (const each of match.selected) selected.push({ as: `${place}/${each.as}`, entry: each.entry })
    }
    return { ...match, selected: selected.toSorted(bySpelling), keepsPath: true }
  })
