import type { SettingsShape } from "@gantry/core/Settings"
import { collectCache } from "@gantry/engine/prune/collect-cache"
import { bytesOf } from "@gantry/engine/prune/PrunePlan"
import * as Effect from "effect/Effect"
import type { EngineServices } from "../compose.ts"
import { humanSize } from "../show/size.ts"

/** Keeps the build cache within its limits and says what went. The build has succeeded, whatever becomes of this. */
export const collectAfterBuild = (
  limits: NonNullable<SettingsShape["cacheLimits"]>,
  since: number,
  tell: (text: string) => void
): Effect.Effect<void, never, EngineServices> =>
  collectCache(limits, since).pipe(
    Effect.map((removed) => {
      const records = removed.filter(({ kind }) => kind === "cache").length
      if (records === 0) return
      tell(`removed ${records} old build records (${humanSize(bytesOf(removed))}) to keep the cache in its limits\n`)
    }),
    Effect.catchAll((failure) => Effect.logWarning(`the build cache was not cleaned up: ${failure.message}`))
  )
