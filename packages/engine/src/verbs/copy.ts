import { ownerInside, ownerOutside } from "@gantry/core/runtime/IdMaps"
import type { RuntimeError } from "@gantry/core/runtime/RuntimeError"
import type { LayerStore, Placed, PlaceOptions } from "@gantry/core/store/LayerStore"
import { type StorageFailure, storageFailure } from "@gantry/core/store/StoreError"
import type { TreeEntry } from "@gantry/core/tree/TreeEntry"
import { loadSyscallsSync } from "@gantry/linux/load"
import { rootless } from "@gantry/linux/rootless"
import { failedWith } from "@gantry/linux/SyscallError"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type { ContainerRecord } from "../containers/ContainerRecord.ts"
import type { ContainerRoots } from "../containers/ContainerRoots.ts"
import { archiveOf } from "../copy/archive-of.ts"
import { type CopyProblem, type CopyPlan, type Destination, planCopy, settle } from "../copy/copy-plan.ts"
import { CopyRefused } from "../copy/CopyRefused.ts"
import { expandPaths } from "../copy/expand-paths.ts"
import { type OpenedSource, openSource } from "../copy/open-source.ts"
import { putFiles, type PutError } from "../copy/put-files.ts"
import { containerSide, hostSide, type Side, userOf } from "../copy/Side.ts"
import { unpackedStream } from "../images/unpacked-archive.ts"
import { ownIds } from "../own-ids.ts"

/** How {@link copyIn} and its like can fail. */
export type CopyError = CopyRefused | PutError | RuntimeError

/** What all ways of copying are told. */
export interface CopyOptions {
  /** A link named as a source stands for what it leads to. */
  readonly follow: boolean
  /** Owners come along: to the host those of the container, to the container its own user. */
  readonly archive: boolean
}

/** What was copied. */
export interface Copied {
  /** Bytes of the archives that went over. */
  readonly bytes: number
  /** Devices, which are not made on the host. */
  readonly skipped: ReadonlyArray<string>
}

/**
 * Copies files of the host into a container, running or not, by the rules of `docker cp`. They keep owner and mode. Paths
 * are absolute; links in the container's part are followed inside the container only.
 */
export const copyIn = (
  container: ContainerRecord,
  sources: ReadonlyArray<string>,
  destination: string,
  { archive, follow }: CopyOptions
): Effect.Effect<Copied, CopyError, ContainerRoots | LayerStore> =>
  Effect.gen(function* () {
    const to = yield* containerSide(container)
    const place = placeIn(to, container, { toUser: archive, ofHost: true })
    return yield* transfer({ from: yield* hostSide, to, sources, destination, follow, place, devices: true })
  }).pipe(Effect.scoped)

/**
 * Copies files of a container, running or not, to the host, by the same rules. They belong to whoever calls. A source may
 * be a pattern, which is looked up in the container. Devices are left out: whoever made them could open them here.
 */
export const copyOut = (
  container: ContainerRecord,
  patterns: ReadonlyArray<string>,
  destination: string,
  { archive, follow }: CopyOptions
): Effect.Effect<Copied, CopyError, ContainerRoots | LayerStore> =>
  Effect.gen(function* () {
    const from = yield* containerSide(container)
    const sources = yield* expanded(from, patterns)
    const { gid, uid } = ownIds()
    const place = { root: false, ...(archive ? {} : { owner: { uid, gid } }) }
    const owned = archive && rootless() === undefined ? ownersInside(container) : unchanged
    return yield* transfer({ from, to: yield* hostSide, sources, destination, follow, place, owned, devices: false })
  }).pipe(Effect.scoped)

/** Files of a container as an archive, which can be read while the scope is open. Owners are the container's. */
export const copyToStream = (
  container: ContainerRecord,
  patterns: ReadonlyArray<string>,
  { follow }: Pick<CopyOptions, "follow">
): Effect.Effect<Stream.Stream<Uint8Array, StorageFailure>, CopyError, ContainerRoots | Scope.Scope> =>
  Effect.gen(function* () {
    const from = yield* containerSide(container)
    const paths = yield* expanded(from, patterns)
    const opened = yield* Effect.forEach(paths, (path) => opening(from, path, follow))
    const parts = yield* attempt(from, paths[0] ?? "", () =>
      opened.map((source) => ({ source, entries: source.entries(source.name).map(ownersInside(container)) }))
    )
    // Contents are told apart by number: two sources may hold paths that look alike.
    const entries = parts.flatMap((part, index) => part.entries.map((entry) => numbered(entry, index)))
    const openContent: OpenedSource["openContent"] = (path) => {
      const [, index = "", inner = ""] = /^(\d+):(.*)$/s.exec(path) ?? []
      return parts[Number(index)]?.source.openContent(inner)
    }
    return archiveOf(entries, openContent, unreadable)
  })

/**
 * Puts the files of an archive, compressed or not, into a directory of a container. It need not be trusted. `ofHost`: its
 * owners are the host's, as with {@link copyIn}.
 */
export const copyFromStream = (
  container: ContainerRecord,
  archive: AsyncIterable<Uint8Array>,
  destination: string,
  { archive: toUser, ofHost = false }: Pick<CopyOptions, "archive"> & { readonly ofHost?: boolean }
): Effect.Effect<Copied, CopyError, ContainerRoots | LayerStore> =>
  Effect.gen(function* () {
    const to = yield* containerSide(container)
    const target = yield* settled(to, destination)
    if (target.kind !== "directory") return yield* mustBeDirectory(to, destination)
    const files = unpackedStream(archive, "standard input")
    const place = placeIn(to, container, { toUser, ofHost })
    const { size } = yield* putInto(to, { into: target.path, name: "" }, files, place)
    return { bytes: size, skipped: [] }
  }).pipe(Effect.scoped)

/**
 * How files arrive in a container: with the owners they bring along, or as its own user's. An ordinary user's own files
 * stay that user's, whatever number that is in the container.
 */
const placeIn = (
  side: Side,
  { spec }: ContainerRecord,
  { ofHost, toUser }: { readonly toUser: boolean; readonly ofHost: boolean }
): PlaceOptions => {
  const { users } = spec
  const owner = toUser ? userOf(side, spec.process.user) : undefined
  if (owner !== undefined) return { root: false, owner: users === undefined ? owner : ownerOutside(users, owner) }
  const isUsers = ofHost && rootless() !== undefined
  return { root: false, ...(users === undefined || isUsers ? {} : { owners: users }) }
}

/** Entries of a container with the owners that it sees. */
const ownersInside =
  ({ spec: { users } }: ContainerRecord) =>
  (entry: TreeEntry): TreeEntry =>
    users === undefined ? entry : { ...entry, ...ownerInside(users, entry) }

const unchanged = (entry: TreeEntry): TreeEntry => entry

interface Transfer {
  readonly from: Side
  readonly to: Side
  readonly sources: ReadonlyArray<string>
  readonly destination: string
  readonly follow: boolean
  readonly place: PlaceOptions
  /** Gives what is copied other owners. */
  readonly owned?: (entry: TreeEntry) => TreeEntry
  readonly devices: boolean
}

const transfer = ({
  destination,
  devices,
  follow,
  from,
  owned = unchanged,
  place,
  sources,
  to
}: Transfer): Effect.Effect<Copied, CopyError, LayerStore> =>
  Effect.gen(function* () {
    if (sources.length > 1 && (yield* settled(to, destination)).kind !== "directory") {
      return yield* mustBeDirectory(to, destination)
    }
    let bytes = 0
    const skipped: Array<string> = []
    for (const path of sources) {
      yield* Effect.gen(function* () {
        const source = yield* opening(from, path, follow)
        const target = yield* settled(to, destination)
        const plan = planCopy(source, target)
        if (typeof plan === "string") {
          const because = `${from.called(path)} is ${source.isDirectory ? "a directory" : "a file"}, ${to.called(destination)} ${target.kind === undefined ? "is not there" : `a ${target.kind}`}`
          return yield* new CopyRefused({ why: plan, because })
        }
        const all = yield* attempt(from, path, () => source.entries(plan.name).map(owned))
        const entries = all.filter(({ type }) => devices || (type !== "char" && type !== "block"))
        skipped.push(...all.filter((entry) => !entries.includes(entry)).map((entry) => entry.path))
        if (entries.length === 0) return
        bytes += (yield* putInto(to, plan, archiveOf(entries, source.openContent, unreadable), place)).size
      }).pipe(Effect.scoped)
    }
    return { bytes, skipped }
  })

const expanded = (side: Side, patterns: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<string>, CopyError> =>
  Effect.map(
    Effect.forEach(patterns, (pattern) =>
      Effect.filterOrFail(
        attempt(side, pattern, () => expandPaths(side.root, pattern)),
        (paths) => paths.length > 0,
        () => side.missing(pattern)
      )
    ),
    (paths) => paths.flat()
  )

const opening = (side: Side, path: string, follow: boolean): Effect.Effect<OpenedSource, CopyError, Scope.Scope> =>
  Effect.mapError(openSource(loadSyscallsSync(), side.root, path, { follow }), explained(side, path))

const settled = (side: Side, path: string): Effect.Effect<Destination, CopyError> =>
  Effect.flatMap(
    attempt(side, path, () => settle(path, side.root.look)),
    (found: Destination | CopyProblem) =>
      typeof found === "string"
        ? Effect.fail(new CopyRefused({ why: found, hint: `look at ${side.called(path)}` }))
        : Effect.succeed(found)
  )

const mustBeDirectory = (side: Side, path: string): Effect.Effect<never, CopyRefused> =>
  Effect.fail(new CopyRefused({ why: `destination ${JSON.stringify(side.called(path))} must be a directory` }))

const putInto = <E>(
  side: Side,
  { into }: CopyPlan,
  archive: Stream.Stream<Uint8Array, E>,
  place: PlaceOptions
): Effect.Effect<Placed, CopyError | E, LayerStore> =>
  Effect.acquireUseRelease(
    Effect.try({
      try: () => side.openInto(into),
      catch: (cause) => (isMissing(cause) ? side.nowhere(into) : explained(side, into)(cause))
    }),
    (fd) => putFiles(fd, archive, place),
    (fd) => Effect.sync(() => loadSyscallsSync().close(fd))
  ).pipe(
    Effect.mapError((failure) => {
      if (!isPutError(failure)) return failure
      const at = (path: string) => side.called(`${into.replace(/\/+$/, "")}/${path}`)
      if (failure._tag === "UnsafePath" && failure.why.startsWith("cannot overwrite")) {
        return new CopyRefused({ why: `${failure.why}: ${at(failure.path)}` })
      }
      if (failure._tag === "LayerMalformed") {
        const position = failure.at === undefined ? "" : ` (at byte ${failure.at})`
        return new CopyRefused({ why: "what was given is no tar archive", because: `${failure.why}${position}` })
      }
      if (failure._tag === "StorageFailure" && String(failure.cause).includes("EROFS")) {
        return new CopyRefused({ why: `${side.called(into)} is on a file system that is marked read-only` })
      }
      if (failure._tag === "StorageFailure" && String(failure.cause).includes("EOVERFLOW")) {
        return new CopyRefused({
          why: `${side.called(into)} is mounted with other owners (idmap), and has none for the owner of what is copied`,
          hint: "copy them into the directory of the host that is mounted there"
        })
      }
      return failure
    })
  )

const isPutError = (failure: unknown): failure is PutError =>
  failure instanceof Error &&
  "_tag" in failure &&
  ["LayerMalformed", "UnsafePath", "StorageFailure"].includes(String(failure._tag))

const isMissing = (cause: unknown): boolean =>
  failedWith(cause, "ENOENT") || (cause instanceof Error && "code" in cause && cause.code === "ENOENT")

const attempt = <A>(side: Side, path: string, what: () => A): Effect.Effect<A, CopyRefused | StorageFailure> =>
  Effect.try({ try: what, catch: explained(side, path) })

/** What the kernel said about a path, in words of copying. */
const explained =
  (side: Side, path: string) =>
  (cause: unknown): CopyRefused | StorageFailure => {
    if (isMissing(cause)) return side.missing(path)
    if (failedWith(cause, "ENOTDIR") || (cause instanceof Error && cause.message === "not a directory")) {
      return new CopyRefused({ why: `not a directory: ${side.called(path)}` })
    }
    if (failedWith(cause, "ELOOP")) return new CopyRefused({ why: `too many links: ${side.called(path)}` })
    return storageFailure("read", side.called(path))(cause)
  }

const numbered = (entry: TreeEntry, index: number): TreeEntry =>
  entry.type === "file" && entry.content.from === "file"
    ? { ...entry, content: { from: "file", path: `${index}:${entry.content.path}` } }
    : entry

const unreadable = storageFailure("read", "the files")
