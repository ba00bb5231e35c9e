import type { BuildCacheShape, CacheRecord, StepKey } from "@gantry/core/store/BuildCache"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

/** A cache for one build: it has nothing of earlier ones. By the rules, and as plain as can be. */
export const emptyCache = (): BuildCacheShape => {
  const records = new Map<StepKey, CacheRecord>()
  const find = (key: StepKey) => Option.fromNullable(records.get(key))
  return {
    get: (key) => Effect.sync(() => find(key)),
    trace: (key) => Effect.sync(() => Option.map(find(key), (record) => ({ record }))),
    put: (added) => Effect.sync(() => added.forEach((record) => void records.set(record.key, record))),
    delete: (key) => Effect.sync(() => void records.delete(key)),
    evict: (key) => Effect.sync(() => void records.delete(key)),
    use: () => Effect.void,
    near: () => Effect.succeed([]),
    list: Effect.sync(() => [...records.values()].map((each) => ({ ...each, lastUsed: each.createdAt, uses: 0 })))
  }
}
