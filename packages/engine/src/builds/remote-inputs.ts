import * as Effect from "effect/Effect"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import type { BadBuildFile } from "../contexts/BadBuildFile.ts"
import * as BuildSources from "../contexts/BuildSources.ts"
import type { OpenedContext } from "../contexts/open-context.ts"
import * as LocalBases from "../images/LocalBases.ts"
import { lockedBases, type OpenLock, watchedBases } from "../lock/lock-bases.ts"
import { lockedSources, watchedSources } from "../lock/lock-sources.ts"
import { noLock, openLock } from "../lock/open-lock.ts"
import type { BuildRequest } from "./BuildRequest.ts"

/**
 * The lock file that a build keeps to, or is compared with; undefined when there is none and none is needed. Who does not
 * ask for it may have another file of that name.
 */
export const lockFor = (
  { locked = false, onWarning }: BuildRequest,
  dockerfile: OpenedContext["dockerfile"]
): Effect.Effect<OpenLock | undefined, BadBuildFile> =>
  locked
    ? Effect.filterOrFail(
        openLock(dockerfile),
        (lock) => lock !== undefined,
        () => noLock(dockerfile)
      )
    : Effect.catchAll(openLock(dockerfile), ({ message }) =>
        Effect.sync(() => {
          onWarning(`${message}; it is not heeded`)
          return undefined
        })
      )

/** The images of a build. `isLook`: nothing is fetched, and nothing is said to be used. */
export const basesFor = (request: BuildRequest, lock: OpenLock | undefined, isLook: boolean) =>
  Effect.gen(function* () {
    const asked = request.bases ?? { policy: "missing" }
    const bases = yield* isLook
      ? LocalBases.peek
      : LocalBases.make(request.offline === true ? { ...asked, policy: "never" } : asked)
    if (lock === undefined) return bases
    return yield* request.locked === true ? lockedBases(bases, lock) : watchedBases(bases, lock, request.onWarning)
  })

/** The addresses and named contexts of a build. `begin` is done before anything is fetched. */
export const sourcesFor = (
  request: BuildRequest,
  lock: OpenLock | undefined,
  { begin, isLook }: { readonly begin: Effect.Effect<void, StorageFailure>; readonly isLook: boolean }
) =>
  Effect.gen(function* () {
    const plain = yield* isLook ? BuildSources.peek(request) : BuildSources.make(request, begin)
    const sources =
      request.offline === true && !isLook
        ? yield* BuildSources.offline(plain, "it is not here as a whole, and --offline asks nobody for it")
        : plain
    if (lock === undefined) return sources
    return request.locked === true ? lockedSources(sources, lock) : watchedSources(sources, lock, request.onWarning)
  })
