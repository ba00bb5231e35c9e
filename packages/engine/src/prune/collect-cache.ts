import type { CacheLimits, ConfiguredLimit, SettingsShape } from "@gantry/core/Settings"
import type { NetworkRefused } from "@gantry/core/network/NetworkError"
import { BuildCache } from "@gantry/core/store/BuildCache"
import { Disk } from "@gantry/core/store/Disk"
import { LayerStore } from "@gantry/core/store/LayerStore"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import { Images } from "../images/Images.ts"
import { mostBytes } from "./cache-limits.ts"
import { carryOut, planPrune, type PruneServices } from "./carry-out.ts"
import type { Removal } from "./PrunePlan.ts"
import { working } from "./working.ts"

/**
 * Brings the build cache back within its limits, the longest unused first; nothing that a build which runs now, or the one
 * that began at `since` (milliseconds since 1970), has used or made. Returns what went.
 *
 * Whether there is anything to do is told from records, without a look at the disk: most builds end here.
 */
export const collectCache = (
  configured: NonNullable<SettingsShape["cacheLimits"]>,
  since: number
): Effect.Effect<ReadonlyArray<Removal>, NetworkRefused | StorageFailure, PruneServices> =>
  Effect.gen(function* () {
    const { free, total } = yield* (yield* Disk).space
    const limits = limitsOf(configured, total)
    const used = yield* estimate
    if (used <= mostBytes(used, limits, free).most) return []
    yield* working(since)
    return yield* carryOut(yield* planPrune({ cache: "unshared", limits }))
  }).pipe(Effect.scoped)

/** Bytes of the archives of layers that only the cache needs: near enough to what the disk gives to them. */
const estimate = Effect.gen(function* () {
  const sizes = new Map((yield* (yield* LayerStore).list).map(({ diffId, size }) => [diffId, size]))
  const ofImages = new Set((yield* (yield* Images).list).flatMap(({ stack }) => stack))
  const own = new Set(
    (yield* (yield* BuildCache).list).flatMap(({ layer }) => (layer === null || ofImages.has(layer) ? [] : [layer]))
  )
  return [...own].reduce((sum, layer) => sum + (sizes.get(layer) ?? 0), 0)
})

/** Configured limits in bytes. */
export const limitsOf = (
  { maxUsedSpace, minFreeSpace, reservedSpace }: NonNullable<SettingsShape["cacheLimits"]>,
  total: number
): CacheLimits => {
  const bytes = (limit: ConfiguredLimit) =>
    typeof limit === "number" ? limit : Math.floor((total * limit.percent) / 100)
  return {
    ...(reservedSpace === undefined ? {} : { reservedSpace: bytes(reservedSpace) }),
    ...(maxUsedSpace === undefined ? {} : { maxUsedSpace: bytes(maxUsedSpace) }),
    ...(minFreeSpace === undefined ? {} : { minFreeSpace: bytes(minFreeSpace) })
  }
}
