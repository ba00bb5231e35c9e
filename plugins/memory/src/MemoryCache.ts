import {
  BuildCache,
  type BuildCacheShape,
  type CacheRecord,
  type KeptRecord,
  make as makeCache,
  type StepKey
} from "@gantry/core/store/BuildCache"
import { LayerStore } from "@gantry/core/store/LayerStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"

/** A map of records. */
export const make: Effect.Effect<BuildCacheShape, never, LayerStore> = Effect.map(LayerStore, (layers) => {
  const records = new Map<StepKey, KeptRecord>()
  return makeCache(
    {
      get: (key) => Effect.sync(() => Option.fromNullable(records.get(key))),
      put: (added) =>
        Effect.sync(
          () =>
            void added.forEach((record) => records.set(record.key, { ...record, lastUsed: record.createdAt, uses: 0 }))
        ),
      delete: (key) => Effect.sync(() => void records.delete(key)),
      latest: (lineage) =>
        Effect.sync(() =>
          Option.fromNullable(
            [...records.values()]
              .filter((record) => record.lineage === lineage)
              .reduce<CacheRecord | undefined>(
                (last, record) => (last !== undefined && last.createdAt > record.createdAt ? last : record),
                undefined
              )
          )
        ),
      list: Effect.sync(() => [...records.values()]),
      touch: (keys, at) =>
        Effect.sync(() => {
          for (const key of keys) {
            const record = records.get(key)
            if (record === undefined) continue
            records.set(key, { ...record, lastUsed: Math.max(record.lastUsed, at), uses: record.uses + 1 })
          }
        })
    },
    layers
  )
})

/** Build records that are gone when the program ends. */
export const layer: Layer.Layer<BuildCache, never, LayerStore> = Layer.effect(BuildCache, make)
