import {
  BuildCache,
  type BuildCacheShape,
  type CacheRecord,
  type Eviction,
  type KeptRecord,
  make as makeCache,
  type NearStep,
  type StepKey,
  type StepPlace
} from "@gantry/core/store/BuildCache"
import { LayerStore } from "@gantry/core/store/LayerStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"

/** A map of records, one of tombstones, and one of the places where builds met them. */
export const make: Effect.Effect<BuildCacheShape, never, LayerStore> = Effect.map(LayerStore, (layers) => {
  const records = new Map<StepKey, KeptRecord & Pick<CacheRecord, "facts"> & { readonly evicted?: Eviction }>()
  const places = new Map<string, StepPlace & { readonly key: StepKey }>()
  const placeName = ({ lineage, number, stage }: StepPlace) => JSON.stringify([lineage, stage, number])
  return makeCache(
    {
      trace: (key) =>
        Effect.sync(() =>
          Option.map(Option.fromNullable(records.get(key)), ({ evicted, ...record }) =>
            evicted === undefined ? { record } : { record, evicted }
          )
        ),
      put: (added) =>
        Effect.sync(() => {
          for (const { place, ...record } of added) {
            records.set(record.key, { ...record, lastUsed: record.createdAt, uses: 1 })
            if (place !== undefined) places.set(placeName(place), { ...place, key: record.key })
          }
        }),
      delete: (key) => Effect.sync(() => void records.delete(key)),
      evict: (key, evicted) =>
        Effect.sync(() => {
          const record = records.get(key)
          if (record !== undefined && record.evicted === undefined) records.set(key, { ...record, evicted })
        }),
      use: (steps, at) =>
        Effect.sync(() => {
          for (const { key, place } of steps) places.set(placeName(place), { ...place, key })
          for (const key of new Set(steps.map((step) => step.key))) {
            const record = records.get(key)
            if (record === undefined) continue
            records.set(key, { ...record, lastUsed: Math.max(record.lastUsed, at), uses: record.uses + 1 })
          }
        }),
      near: (lineage, parent) =>
        Effect.sync(() => {
          const met = [...places.values()]
            .filter((each) => each.lineage === lineage)
            .toSorted((a, b) => (a.stage === b.stage ? a.number - b.number : a.stage < b.stage ? -1 : 1))
            .flatMap(({ key, number, stage }): ReadonlyArray<NearStep> => {
              const record = records.get(key)
              return record === undefined ? [] : [{ ...lean(record), place: { stage, number } }]
            })
          const others = [...records.values()]
            .filter((each) => each.parent === parent && !met.some(({ key }) => key === each.key))
            .toSorted((a, b) => b.createdAt - a.createdAt)
          return [...met, ...others.map(lean)]
        }),
      list: Effect.sync(() =>
        [...records.values()].flatMap(({ evicted, ...record }) => (evicted === undefined ? [record] : []))
      )
    },
    layers
  )
})

const lean = ({ createdAt, instruction, key, parent }: KeptRecord): NearStep => ({
  key,
  instruction,
  parent,
  createdAt
})

/** Build records that are gone when the program ends. */
export const layer: Layer.Layer<BuildCache, never, LayerStore> = Layer.effect(BuildCache, make)
