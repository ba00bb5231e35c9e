import { type ModeChange, modeChange } from "@gantry/build/key/chmod"
import { type CopyRequest, StepFailed } from "@gantry/build/solve/StepExecutor"
import { type LayerInfo, LayerStore, type Stack } from "@gantry/core/store/LayerStore"
import type { LayerMissing, StorageFailure, UnsafePath } from "@gantry/core/store/StoreError"
import type { Settings } from "@gantry/core/Settings"
import { joinPath } from "@gantry/core/tree/safe-path"
import type { TreeEntry } from "@gantry/core/tree/TreeEntry"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { Owner } from "./accounts.ts"
import { archiveEntries } from "./archive-entries.ts"
import { changed, stepFailed } from "./changed.ts"
import { contextSource, inlineSource, type Source } from "./copy-source.ts"
import { type Place, placeOf } from "./destination.ts"
import { lookUpOwner } from "./look-up-owner.ts"
import { treeSources } from "./tree-sources.ts"

/** Puts files of the context, of another tree or of the Dockerfile itself into a tree. */
export const performCopy = (
  request: CopyRequest
): Effect.Effect<Option.Option<LayerInfo>, StepFailed, LayerStore | Settings> =>
  Effect.gen(function* () {
    const { dest, stack } = request
    const chmod = request.chmod === undefined ? undefined : modeChange(request.chmod)
    if (request.chmod !== undefined && chmod === undefined) {
      return yield* new StepFailed({
        why: `--chmod=${request.chmod} is neither octal digits nor changes such as u=rwX,go-w`
      })
    }
    const owner = request.chown === undefined ? undefined : yield* lookUpOwner(stack, request.chown)
    const all = yield* sourcesOf(request)
    // Patterns may match nothing, and then nothing happens, not even the destination is made.
    if (all.length === 0) return Option.none()
    const into = yield* placeOf(stack, dest)
    if (into.blockedBy !== undefined) {
      return yield* new StepFailed({ why: `cannot copy to ${dest}: /${into.blockedBy} is not a directory` })
    }
    const isDirectory = into.entry?.type === "directory" || into.path === ""
    const mixes = all.length > 1 && all.some(({ kind }) => kind === "file")
    if (mixes && !dest.endsWith("/") && !isDirectory) {
      return yield* new StepFailed({
        why: `several files are copied, so the destination ${dest} must be a directory and end with a slash`
      })
    }
    const placings = yield* Effect.forEach(all, (source) =>
      placed(source, into, isDirectory || dest.endsWith("/"), dest)
    )
    if (isDirectory) yield* refuseObstacles(stack, placings)
    // Directories on the way get the owner, and stay 0755 so that what was copied can be reached.
    const needsPlace = dest.endsWith("/") || placings.some(({ below }) => below)
    const parents = parentsOf(into, needsPlace).map((each) => dress(each, owner, undefined))
    const changes = placings.flatMap(({ entries, unpacked }) =>
      // An archive says itself whose its files are.
      unpacked ? entries : entries.map((each) => dress(each, owner, chmod))
    )
    return yield* changed(request, [...parents, ...changes]).pipe(
      Effect.catchTag("UnsafePath", (cause) => inTheWay(cause))
    )
  }).pipe(Effect.scoped, Effect.mapError(stepFailed))

const sourcesOf = ({ from, inline }: CopyRequest) =>
  Effect.map(
    from.of === "tree"
      ? treeSources(from)
      : Effect.forEach(
          from.selection.parts.flatMap((part) => part.matches.map((match) => ({ part, match }))),
          ({ match, part }) => contextSource(match, part)
        ),
    (found): ReadonlyArray<Source> => [...found, ...inline.map(({ content, path }) => inlineSource(path, content))]
  )

const inTheWay = (cause: UnsafePath) =>
  new StepFailed({
    why: cause.why.includes("directory") ? `cannot replace the directory /${cause.path} with a file` : cause.message,
    cause
  })

/** Directories that must be made before anything can be placed. */
const parentsOf = ({ entry, missing, path }: Place, needsPlace: boolean): ReadonlyArray<TreeEntry> => {
  const mtimeNs = BigInt(Date.now()) * 1_000_000n
  const all = needsPlace && entry === undefined && path !== "" ? [...missing, path] : missing
  return all.map((each) => ({ type: "directory", path: each, mode: 0o755, uid: 0, gid: 0, mtimeNs }))
}

/** What one source puts where. */
interface Placing {
  readonly entries: ReadonlyArray<TreeEntry>
  /** Things go below the destination, which therefore has to be a directory. */
  readonly below: boolean
  readonly unpacked: boolean
}

const placed = (
  source: Source,
  into: Place,
  asDirectory: boolean,
  dest: string
): Effect.Effect<Placing, StepFailed, Settings | Scope.Scope> =>
  Effect.gen(function* () {
    const [file] = source.entries
    const inside =
      source.kind === "file" && file?.type === "file" && source.unpack ? yield* archiveEntries(file) : undefined
    if (source.kind === "file" && inside === undefined) {
      const path = asDirectory ? joinPath(into.path, source.name) : into.path
      return { entries: source.entries.map((entry) => ({ ...entry, path })), below: asDirectory, unpacked: false }
    }
    if (into.entry !== undefined && into.entry.type !== "directory") {
      return yield* new StepFailed({ why: `cannot copy a directory to ${dest}: it is there and is not a directory` })
    }
    const entries = (inside ?? source.entries).map((entry) => relocate(entry, into.path))
    return { entries, below: true, unpacked: inside !== undefined }
  })

/** An entry below another directory, and so the file that a hard link names. */
const relocate = (entry: TreeEntry, directory: string): TreeEntry =>
  entry.type === "hardlink"
    ? { ...entry, path: joinPath(directory, entry.path), target: joinPath(directory, entry.target) }
    : { ...entry, path: joinPath(directory, entry.path) }

/**
 * A directory is not put in the place of a file or a link: what is at that path now would silently be gone. Only
 * directories whose parent is there are looked up.
 */
const refuseObstacles = (
  stack: Stack,
  placings: ReadonlyArray<Placing>
): Effect.Effect<void, StepFailed | LayerMissing | StorageFailure, LayerStore> =>
  Effect.gen(function* () {
    const layers = yield* LayerStore
    const absent = new Set<string>()
    for (const { entries, unpacked } of placings) {
      if (unpacked) continue
      for (const { path, type } of entries) {
        if (type !== "directory" || absent.has(path)) continue
        const isNew = absent.has(path.slice(0, Math.max(0, path.lastIndexOf("/"))))
        const found = isNew ? Option.none<TreeEntry>() : yield* layers.lookup(stack, path, false)
        if (Option.isNone(found)) absent.add(path)
        else if (found.value.type !== "directory") {
          return yield* new StepFailed({
            why: `cannot copy a directory to /${path}: it is there and is not a directory`
          })
        }
      }
    }
  })

/** Gives an entry the owner and mode that the instruction asks for. */
const dress = (change: TreeEntry, owner: Owner | undefined, chmod: ModeChange | undefined): TreeEntry => {
  const mode =
    chmod === undefined || change.type === "symlink" ? change.mode : chmod(change.mode, change.type === "directory")
  return { ...change, mode, ...owner }
}
