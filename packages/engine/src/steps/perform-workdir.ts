import type { WorkdirRequest } from "@gantry/build/solve/StepExecutor"
import { StepFailed } from "@gantry/build/solve/StepExecutor"
import type { LayerInfo, LayerStore } from "@gantry/core/store/LayerStore"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { changed, stepFailed } from "./changed.ts"
import { placeOf } from "./destination.ts"
import { lookUpOwner } from "./look-up-owner.ts"

/** Makes the working directory where it is missing, 0755 and owned by the user of the step. */
export const performWorkdir = (
  request: WorkdirRequest
): Effect.Effect<Option.Option<LayerInfo>, StepFailed, LayerStore> =>
  Effect.gen(function* () {
    const place = yield* placeOf(request.stack, request.path)
    if (place.entry?.type === "directory" || place.path === "") return Option.none()
    if (place.entry !== undefined || place.blockedBy !== undefined) {
      const found = place.blockedBy === undefined ? request.path : `/${place.blockedBy}`
      return yield* new StepFailed({ why: `${found} is there and is not a directory` })
    }
    const owner = request.user === "" ? { uid: 0, gid: 0 } : yield* lookUpOwner(request.stack, request.user)
    const mtimeNs = BigInt(Date.now()) * 1_000_000n
    return yield* changed(
      request,
      [...place.missing, place.path].map((path) => ({ type: "directory", path, mode: 0o755, ...owner, mtimeNs }))
    )
  }).pipe(Effect.mapError(stepFailed))
