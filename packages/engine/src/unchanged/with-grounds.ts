import * as Effect from "effect/Effect"
import type { BuildCache } from "@gantry/core/store/BuildCache"
import type { Database } from "@gantry/core/state/Database"
import type { BuildRequest } from "../builds/BuildRequest.ts"
import type { NoteInput } from "../lock/lock-bases.ts"
import { GroundsKey } from "./GroundsKey.ts"
import type { Built } from "../verbs/build.ts"
import type { WatchedBuild } from "./keep-grounds.ts"

/**
 * Does a build, and keeps what it rested on where its caller gave a key for that and the request is one that can be
 * carried out without asking or telling anybody else.
 */
export const withGrounds = <E, R>(
  request: BuildRequest,
  onInput: NoteInput,
  build: WatchedBuild<E, R>
): Effect.Effect<Built, E, BuildCache | Database | R> =>
  Effect.gen(function* () {
    const key = yield* Effect.serviceOption(GroundsKey)
    const { context } = request
    if (key._tag === "None" || context.of !== "folder" || !isPlain(request)) return yield* build(request, onInput)
    const { keepGrounds } = yield* Effect.promise(() => import("./keep-grounds.ts"))
    return yield* keepGrounds(key.value, { ...request, context }, onInput, build)
  })

/** Whether nothing but the files, the store and what the key stands for has a say in a build, and only the store gets it. */
const isPlain = (request: BuildRequest): boolean =>
  (request.dockerfile === undefined || "path" in request.dockerfile) &&
  (request.contexts?.size ?? 0) === 0 &&
  (request.secrets?.length ?? 0) === 0 &&
  (request.agents?.size ?? 0) === 0 &&
  request.platforms.length === 1 &&
  request.outputs.length === 0 &&
  request.cacheFrom.length === 0 &&
  request.cacheTo.length === 0 &&
  (request.noCache === false || (Array.isArray(request.noCache) && request.noCache.length === 0)) &&
  (request.bases?.policy ?? "missing") === "missing" &&
  !request.requireCached &&
  [request.lock, request.locked, request.offline, request.saveStages, request.earlyCutoff].every(
    (each) => each !== true
  ) &&
  [request.attest, request.squash, request.ttlMs].every((each) => each === undefined)
