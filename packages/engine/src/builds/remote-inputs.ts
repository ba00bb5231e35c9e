import * as Effect from "effect/Effect"
import * as ImageRef from "@gantry/core/image/ImageRef"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import type { BadBuildFile } from "../contexts/BadBuildFile.ts"
import * as BuildSources from "../contexts/BuildSources.ts"
import type { OpenedContext } from "../contexts/open-context.ts"
import * as LocalBases from "../images/LocalBases.ts"
import { differs, lockedBases, notedBases, type NoteInput, type OpenLock, watchedBases } from "../lock/lock-bases.ts"
import { lockedSources, notedSources, watchedSources } from "../lock/lock-sources.ts"
import { type LockChange, lockChanges, lockedAs, type LockFile, lockSuffix } from "../lock/LockFile.ts"
import { noLock, noPlace, openLock } from "../lock/open-lock.ts"
import { writeLock } from "../lock/write-lock.ts"
import type { BuildRequest } from "./BuildRequest.ts"

/** What a build knows beforehand of what it takes from elsewhere. */
export interface Known {
  /** The lock file that it keeps to, or is compared with; undefined when there is none and none is needed. */
  readonly lock?: OpenLock
  /** What things were in the last build of the same Dockerfile, where no lock file says what they should be. */
  readonly earlier?: () => LockFile
  readonly note: NoteInput
  /** Told of what needs no lock file, because its name says which one it is. */
  readonly pinned?: NoteInput
}

/** The lock file of a build. Who does not ask for it may have another file of that name. */
export const lockFor = (
  { context, lock = false, locked = false, onWarning }: BuildRequest,
  dockerfile: OpenedContext["dockerfile"]
): Effect.Effect<OpenLock | undefined, BadBuildFile> => {
  if (lock) {
    return dockerfile.place === undefined || context.of !== "folder"
      ? Effect.fail(noPlace(dockerfile.shown))
      : Effect.map(openLock(dockerfile), (found) => ({
          path: `${dockerfile.shown}${lockSuffix}`,
          inputs: found?.inputs ?? new Map(),
          grows: true
        }))
  }
  return locked
    ? Effect.filterOrFail(
        openLock(dockerfile),
        (found) => found !== undefined,
        () => noLock(dockerfile)
      )
    : Effect.catchAll(openLock(dockerfile), ({ message }) =>
        Effect.sync(() => {
          onWarning(`${message}; it is not heeded`)
          return undefined
        })
      )
}

const isKept = ({ lock = false, locked = false }: BuildRequest): boolean => lock || locked

/** The images of a build. `isLook`: nothing is fetched, and nothing is said to be used. */
export const basesFor = (request: BuildRequest, { earlier, lock, note, pinned }: Known, isLook: boolean) =>
  Effect.gen(function* () {
    const asked = request.bases ?? { policy: "missing" }
    const { onWarning: warn } = request
    const found = yield* isLook
      ? LocalBases.peek
      : LocalBases.make(request.offline === true ? { ...asked, policy: "never" } : asked)
    const plain = request.seen?.bases(found) ?? found
    const noted = yield* notedBases(plain, note, pinned)
    if (lock === undefined) {
      return earlier === undefined
        ? noted
        : yield* watchedBases(
            noted,
            // What was made here is nobody else's to move.
            (input, digests) => (digests.length === 0 ? undefined : lockedAs(earlier(), input)),
            ({ source }, { is, now }) => warn(movedOn(source, now, is))
          )
    }
    return yield* isKept(request)
      ? lockedBases(noted, lock)
      : watchedBases(
          noted,
          (input) => lockedAs(lock.inputs, input),
          ({ source }, { is, now }) => warn(differs(ImageRef.familiarOf(source), now, { is, path: lock.path }))
        )
  })

/** A sentence for who builds with another image than the last time, and may not know. */
const movedOn = (source: string, now: string, before: string): string =>
  `${ImageRef.familiarOf(source)} is ${now} now, and was ${before} in the last build of this Dockerfile: --lock keeps builds to one`

/** The addresses and named contexts of a build. `begin` is done before anything is fetched. */
export const sourcesFor = (
  request: BuildRequest,
  { lock, note, pinned }: Known,
  { begin, isLook }: { readonly begin: Effect.Effect<void, StorageFailure>; readonly isLook: boolean }
) =>
  Effect.gen(function* () {
    const plain = yield* isLook ? BuildSources.peek(request) : BuildSources.make(request, begin)
    const reached =
      request.offline === true && !isLook
        ? yield* BuildSources.offline(plain, "it is not here as a whole, and --offline asks nobody for it")
        : plain
    const sources = notedSources(reached, note, pinned)
    if (lock === undefined) return sources
    return isKept(request) ? lockedSources(sources, lock) : watchedSources(sources, lock, request.onWarning)
  })

/** Writes into a lock file what the build was made of and it did not name. Returns what that is. */
export const growLock = (
  lock: OpenLock | undefined,
  { place }: OpenedContext["dockerfile"],
  noted: LockFile
): Effect.Effect<ReadonlyArray<LockChange>, StorageFailure> => {
  if (lock === undefined || !lock.grows || place === undefined) return Effect.succeed([])
  const all = new Map([...noted, ...lock.inputs])
  const changes = lockChanges(lock.inputs, all)
  return Effect.as(changes.length === 0 ? Effect.void : writeLock(place, all), changes)
}
