import { BuildCache } from "@gantry/core/store/BuildCache"
import { type StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import type { ImportedCache } from "../cache-sharing/import-cache.ts"
import { guardOf } from "../secrets/guard.ts"
import { secretsOf } from "../secrets/Secrets.ts"
import { type LeakWatch } from "../secrets/watch-texts.ts"
import { plainSurroundings } from "../steps/Surroundings.ts"
import type * as StepPerformer from "../steps/StepPerformer.ts"
import type { PullServices } from "../verbs/pull.ts"
import type { BuildRequest } from "./BuildRequest.ts"

/** The cache of this store, and what others left where the request says. */
export const cacheFor = (
  { cacheFrom, onWarning }: BuildRequest,
  begin: Effect.Effect<void, StorageFailure>,
  isPlan: boolean
): Effect.Effect<ImportedCache, never, BuildCache | PullServices> =>
  Effect.gen(function* () {
    const cache = yield* BuildCache
    if (cacheFrom.length === 0) return { cache }
    const { withImported } = yield* Effect.promise(() => import("../cache-sharing/import-cache.ts"))
    return yield* withImported(cache, { sources: cacheFrom, isPlan, begin, onWarning })
  })

/** Looks for secrets of the build in what it makes; nothing when it has none. */
export const watchOf = ({ allowSecretLeak = false, secrets = [] }: BuildRequest): LeakWatch | undefined => {
  const guard = guardOf(secretsOf(secrets))
  return guard === undefined ? undefined : { guard, allow: allowSecretLeak }
}

/** What the steps of a build share. */
export const toolsOf = (
  request: BuildRequest,
  leaks: LeakWatch | undefined,
  { caches, digests }: Pick<StepPerformer.StepTools, "caches" | "digests"> = {}
): StepPerformer.StepTools => ({
  network: request.network,
  secrets: secretsOf(request.secrets ?? []),
  agents: request.agents ?? new Map(),
  surroundings: request.surroundings ?? plainSurroundings,
  ...(request.onFailure === undefined ? {} : { onFailure: request.onFailure }),
  ...(leaks === undefined ? {} : { leaks }),
  ...(caches === undefined ? {} : { caches }),
  ...(digests === undefined ? {} : { digests })
})
