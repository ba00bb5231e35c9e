import { BuildCache, type BuildCacheShape, type CacheRecord, type StepKey } from "@gantry/core/store/BuildCache"
import type { LayerStore } from "@gantry/core/store/LayerStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { Saboteur } from "../Saboteur.ts"

/**
 * Stores of build records with one sin each, made from an honest one.
 *
 * The sins that cannot be committed from outside are committed by a second memory that stands in front of the honest store.
 */
export const cacheSaboteurs = (
  honest: Layer.Layer<BuildCache | LayerStore>
): ReadonlyArray<Saboteur<BuildCache | LayerStore>> => {
  const spoiled = (sin: (cache: BuildCacheShape) => Partial<BuildCacheShape>) =>
    Layer.provideMerge(
      Layer.effect(
        BuildCache,
        Effect.map(BuildCache, (cache) => ({ ...cache, ...sin(cache) }))
      ),
      honest
    )
  return [
    {
      sin: "remembers records whatever became of their layers",
      breaks: ["CACHE-2"],
      layer: spoiled((cache) => {
        const seen = new Map<StepKey, CacheRecord>()
        return {
          put: (records) =>
            Effect.tap(cache.put(records), () =>
              Effect.sync(() => records.forEach((each) => seen.set(each.key, each)))
            ),
          get: (key) =>
            Effect.map(cache.get(key), (found) => Option.orElse(found, () => Option.fromNullable(seen.get(key))))
        }
      })
    },
    {
      sin: "finds a record by the beginning of its key",
      breaks: ["CACHE-1"],
      layer: spoiled((cache) => ({
        get: (key) =>
          Effect.flatMap(cache.get(key), (found) =>
            Option.isSome(found)
              ? Effect.succeed<Option.Option<CacheRecord>>(found)
              : Effect.flatMap(cache.list, (all) => {
                  const other = all.find((each) => each.key.slice(0, 19) === key.slice(0, 19))
                  return other === undefined ? Effect.succeedNone : cache.get(other.key)
                })
          )
      }))
    },
    {
      sin: "keeps the first record of a key",
      breaks: ["CACHE-1"],
      layer: spoiled((cache) => ({
        put: (records) =>
          Effect.flatMap(
            Effect.filter(records, (each) => Effect.map(cache.get(each.key), Option.isNone)),
            cache.put
          )
      }))
    },
    {
      sin: "keeps only the first of several records",
      breaks: ["CACHE-1"],
      layer: spoiled((cache) => ({ put: (records) => cache.put(records.slice(0, 1)) }))
    },
    {
      sin: "rounds times to seconds",
      breaks: ["CACHE-1"],
      layer: spoiled((cache) => ({
        put: (records) =>
          cache.put(records.map((each) => ({ ...each, createdAt: each.createdAt - (each.createdAt % 1000) })))
      }))
    },
    {
      sin: "takes lineages that begin alike for one",
      breaks: ["CACHE-7"],
      layer: spoiled((cache) => ({
        near: (lineage, parent) =>
          Effect.zipWith(cache.near(lineage, parent), cache.near(`${lineage}1`, ""), (own, other) => [
            ...own,
            ...other.filter(({ place }) => place !== undefined)
          ])
      }))
    },
    {
      sin: "forgets what was evicted when steps are compared",
      breaks: ["CACHE-7"],
      layer: spoiled((cache) => ({
        near: (lineage, parent) =>
          Effect.flatMap(cache.near(lineage, parent), (steps) =>
            Effect.filter(steps, ({ key }) => Effect.map(cache.get(key), Option.isSome))
          )
      }))
    },
    {
      sin: "does not see a step that stands elsewhere now",
      breaks: ["CACHE-7"],
      layer: spoiled(() => ({ use: () => Effect.void }))
    },
    {
      sin: "takes records away without a trace",
      breaks: ["CACHE-6"],
      layer: spoiled((cache) => ({ evict: (key) => cache.delete(key) }))
    },
    {
      sin: "offers what was evicted",
      breaks: ["CACHE-6"],
      layer: spoiled((cache) => ({
        get: (key) =>
          Effect.map(
            cache.trace(key),
            Option.map(({ record }) => record)
          )
      }))
    },
    {
      sin: "says of everything that it was evicted last",
      breaks: ["CACHE-6"],
      layer: spoiled((cache) => ({
        evict: (key, eviction) =>
          Effect.flatMap(cache.trace(key), (trace) =>
            Option.isSome(trace)
              ? Effect.zipRight(cache.put([trace.value.record]), cache.evict(key, eviction))
              : Effect.void
          )
      }))
    },
    {
      sin: "forgets a record that was used",
      breaks: ["CACHE-1"],
      layer: spoiled((cache) => ({
        use: (steps) => Effect.forEach(steps, ({ key }) => cache.delete(key), { discard: true })
      }))
    },
    {
      sin: "counts every place where a build met a record as a build",
      breaks: ["CACHE-1"],
      layer: spoiled((cache) => ({
        use: (steps, at) => Effect.forEach(steps, (step) => cache.use([step], at), { discard: true })
      }))
    }
  ]
}
