import { posix } from "node:path"
import { compileGlob, hasGlob } from "@gantry/build/context/glob"
import { describeProblem } from "@gantry/build/context/ContextProblem"
import type { Match } from "@gantry/build/context/select"
import type { ContextPart } from "@gantry/build/solve/BuildContext"
import { type CopyRequest, StepFailed } from "@gantry/build/solve/StepExecutor"
import { type LayerInfo, LayerStore, type Stack } from "@gantry/core/store/LayerStore"
import type { LayerMissing, StorageFailure } from "@gantry/core/store/StoreError"
import type { Settings } from "@gantry/core/Settings"
import { joinPath } from "@gantry/core/tree/safe-path"
import type { TreeChange, TreeEntry } from "@gantry/core/tree/TreeEntry"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { Owner } from "./accounts.ts"
import { archiveEntries } from "./archive-entries.ts"
import { changed, stepFailed } from "./changed.ts"
import { type ModeChange, modeChange } from "./chmod.ts"
import { type Place, placeOf } from "./destination.ts"
import { lookUpOwner } from "./look-up-owner.ts"

/** One source of a copy, ready to be placed. */
export interface Source {
  /** Last name of the path, used when it is a file that goes into a directory. */
  readonly name: string
  readonly kind: "file" | "directory"
  /** Paths relative to the destination; of a file one entry, with an empty path. */
  readonly entries: ReadonlyArray<TreeEntry>
  /** If it is an archive, its contents are meant. */
  readonly unpack: boolean
}

/** Puts files of the context, of another tree or of the Dockerfile itself into a tree. */
export const performCopy = (
  request: CopyRequest
): Effect.Effect<Option.Option<LayerInfo>, StepFailed, LayerStore | Settings> =>
  Effect.gen(function* () {
    const chmod = request.chmod === undefined ? undefined : modeChange(request.chmod)
    if (request.chmod !== undefined && chmod === undefined) {
      return yield* new StepFailed({
        why: `--chmod=${request.chmod} is neither octal digits nor changes such as u=rwX,go-w`
      })
    }
    const owner = request.chown === undefined ? undefined : yield* lookUpOwner(request.stack, request.chown)
    const sources =
      request.from.of === "context"
        ? yield* Effect.forEach(
            request.from.selection.parts.flatMap((part) => part.matches.map((match) => ({ part, match }))),
            ({ match, part }) => contextSource(match, part)
          )
        : yield* treeSources(request.from.stack, request.from)
    const inline = request.inline.map((file): Source => inlineSource(file.path, file.content))
    const all = [...sources, ...inline]
    if (all.length === 0) return yield* new StepFailed({ why: "no source matched" })
    const into = yield* placeOf(request.stack, request.dest)
    const asDirectory =
      request.dest.endsWith("/") || all.length > 1 || into.entry?.type === "directory" || into.path === ""
    const changes: Array<TreeChange> = []
    for (const source of all) {
      changes.push(...(yield* placed(source, into, asDirectory, request)))
    }
    // Directories on the way get the owner, and stay 0755 so that what was copied can be reached.
    const parents = parentsOf(into, all, asDirectory).map((each) => dress(each, owner, undefined))
    return yield* changed(request, [...parents, ...changes.map((each) => dress(each, owner, chmod))])
  }).pipe(Effect.scoped, Effect.mapError(stepFailed))

const now = (): bigint => BigInt(Date.now()) * 1_000_000n

const directory = (path: string): TreeEntry => ({
  type: "directory",
  path,
  mode: 0o755,
  uid: 0,
  gid: 0,
  mtimeNs: now()
})

/** Directories that must be made before anything can be placed. */
const parentsOf = (into: Place, sources: ReadonlyArray<Source>, asDirectory: boolean): ReadonlyArray<TreeEntry> => {
  const itself = asDirectory || sources.some(({ kind }) => kind === "directory")
  const missing = itself && into.entry === undefined && into.path !== "" ? [...into.missing, into.path] : into.missing
  return missing.map(directory)
}

/** What was selected of a context by one path, as entries of a tree. */
export const contextSource = (match: Match, { context, unpack }: ContextPart): Effect.Effect<Source, StepFailed> =>
  Effect.gen(function* () {
    const name = posix.basename(match.path)
    // With --parents even a single file has a path of its own below the destination.
    const isFile = match.entry.type !== "dir" && match.selected.every(({ as }) => as === name)
    const entries: Array<TreeEntry> = []
    for (const { as, entry } of match.selected) {
      const path = context.place(entry)
      if (Either.isLeft(path)) return yield* new StepFailed({ why: describeProblem(path.left) })
      const meta = { path: isFile ? "" : as, mode: entry.mode, uid: 0, gid: 0, mtimeNs: entry.mtimeNs }
      if (entry.type === "dir") entries.push({ ...meta, type: "directory" })
      else if (entry.type === "symlink") entries.push({ ...meta, type: "symlink", target: entry.linkTarget ?? "" })
      else if (entry.type === "file") {
        entries.push({ ...meta, type: "file", size: entry.size, content: { from: "file", path: path.right } })
      }
    }
    return { name, kind: isFile ? "file" : "directory", entries, unpack }
  })

const inlineSource = (path: string, content: string): Source => {
  const bytes = new TextEncoder().encode(content)
  const meta = { path: "", mode: 0o644, uid: 0, gid: 0, mtimeNs: now() }
  return {
    name: posix.basename(path),
    kind: "file",
    entries: [{ ...meta, type: "file", size: bytes.length, content: { from: "bytes", bytes } }],
    unpack: false
  }
}

/** Paths of another tree, patterns and all. Owners stay as they are there. */
const treeSources = (
  stack: Stack,
  {
    exclude,
    parents,
    sources
  }: { readonly sources: ReadonlyArray<string>; readonly exclude: ReadonlyArray<string>; readonly parents: boolean }
): Effect.Effect<ReadonlyArray<Source>, StepFailed | LayerMissing | StorageFailure, LayerStore> =>
  Effect.gen(function* () {
    if (exclude.length > 0 || parents) {
      return yield* new StepFailed({ why: "--exclude and --parents together with --from are not supported yet" })
    }
    const layers = yield* LayerStore
    const found: Array<Source> = []
    for (const source of sources) {
      const isPattern = hasGlob(source)
      const paths = isPattern ? yield* globbed(stack, source) : [source]
      for (const path of paths) {
        const entry = yield* layers.lookup(
          stack,
          path
            .split("/")
            .filter((name) => name !== "" && name !== ".")
            .join("/"),
          true
        )
        if (Option.isNone(entry)) {
          if (isPattern) continue
          return yield* new StepFailed({ why: `${source} is not in the tree it is copied from` })
        }
        const name = posix.basename(posix.normalize(`/${path}`))
        if (entry.value.type !== "directory") {
          found.push({ name, kind: "file", entries: [{ ...entry.value, path: "" }], unpack: false })
          continue
        }
        const base = entry.value.path
        const below = yield* layers.walk(stack, base)
        const skip = base === "" ? 0 : base.length + 1
        found.push({
          name,
          kind: "directory",
          entries: below.map((each) => relocate(each, (inner) => inner.slice(skip))),
          unpack: false
        })
      }
    }
    return found
  })

/** Paths of a tree that match a pattern, segment by segment. */
const globbed = (
  stack: Stack,
  pattern: string
): Effect.Effect<ReadonlyArray<string>, StepFailed | LayerMissing | StorageFailure, LayerStore> =>
  Effect.gen(function* () {
    const layers = yield* LayerStore
    let paths: ReadonlyArray<string> = [""]
    for (const segment of pattern.split("/").filter((name) => name !== "" && name !== ".")) {
      const glob = compileGlob(segment)
      if (Either.isLeft(glob)) return yield* new StepFailed({ why: glob.left })
      const next: Array<string> = []
      for (const path of paths) {
        if (!hasGlob(segment)) {
          next.push(joinPath(path, segment))
          continue
        }
        const at = yield* layers.lookup(stack, path, true)
        if (Option.isNone(at) || at.value.type !== "directory") continue
        const base = at.value.path
        const skip = base === "" ? 0 : base.length + 1
        for (const entry of yield* layers.walk(stack, base)) {
          const name = entry.path.slice(skip)
          if (!name.includes("/") && glob.right(name)) next.push(joinPath(path, name))
        }
      }
      paths = next
    }
    return paths
  })

/** Where the entries of one source go. */
const placed = (
  source: Source,
  into: Place,
  asDirectory: boolean,
  { dest }: CopyRequest
): Effect.Effect<ReadonlyArray<TreeChange>, StepFailed, Settings | Scope.Scope> =>
  Effect.gen(function* () {
    const join = (path: string) => [into.path, path].filter((part) => part !== "").join("/")
    const [file] = source.entries
    if (source.kind === "file" && file?.type === "file" && source.unpack) {
      const inside = yield* archiveEntries(file)
      if (inside !== undefined) return inside.map((entry) => relocate(entry, join))
    }
    if (source.kind === "directory") {
      if (into.entry !== undefined && into.entry.type !== "directory") {
        return yield* new StepFailed({ why: `cannot copy a directory to ${dest}: it is there and is not a directory` })
      }
      return source.entries.map((entry) => relocate(entry, join))
    }
    const path = asDirectory ? join(source.name) : into.path
    return source.entries.map((entry) => ({ ...entry, path }))
  })

/** An entry at another path, and so the file that a hard link names. */
const relocate = (entry: TreeEntry, join: (path: string) => string): TreeEntry =>
  entry.type === "hardlink"
    ? { ...entry, path: join(entry.path), target: join(entry.target) }
    : { ...entry, path: join(entry.path) }

/** Gives an entry the owner and mode that the instruction asks for. */
const dress = (change: TreeChange, owner: Owner | undefined, chmod: ModeChange | undefined): TreeChange => {
  if (change.type === "removed" || change.type === "opaque") return change
  const mode =
    chmod === undefined || change.type === "symlink" ? change.mode : chmod(change.mode, change.type === "directory")
  return { ...change, mode, ...owner }
}
