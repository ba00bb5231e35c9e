import type { BuildCacheShape } from "@gantry/core/store/BuildCache"
import type { LayerStoreShape } from "@gantry/core/store/LayerStore"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

/** When a builder is killed: at which of its writes, from 0, and whether that write was carried out. */
export interface Kill {
  /** Which writes are counted: all, or those of new records. */
  readonly of: "any" | "records"
  readonly write: number
  readonly done: boolean
}

/** What stands for the end of a killed builder: nothing of it goes on after this defect. */
export const killed = { killed: true } as const

/**
 * A store and a cache that a builder uses until it is killed. Each change of either counts as a write: a draft begun,
 * filled and committed, records put and used.
 *
 * `halfRecords`: a sin for saboteurs, to write records of what was not made.
 */
export const killing = (
  kill: Kill,
  { cache, layers }: { readonly cache: BuildCacheShape; readonly layers: LayerStoreShape },
  halfRecords = false
): { readonly cache: BuildCacheShape; readonly layers: LayerStoreShape } => {
  let writes = 0
  const counted = <A, E, R>(write: Effect.Effect<A, E, R>, of: Kill["of"] = "any"): Effect.Effect<A, E, R> =>
    Effect.suspend(() => {
      if (kill.of !== "any" && kill.of !== of) return writes > kill.write ? Effect.die(killed) : write
      const at = writes++
      if (at < kill.write) return write
      return at === kill.write && kill.done ? Effect.zipRight(write, Effect.die(killed)) : Effect.die(killed)
    })
  return {
    layers: {
      ...layers,
      prepare: (request) => counted(layers.prepare(request)),
      write: (tree, changes) => counted(layers.write(tree, changes)),
      commit: (tree, options) => counted(layers.commit(tree, options))
    },
    cache: {
      ...cache,
      put: (records) =>
        Effect.onError(counted(cache.put(records), "records"), () =>
          halfRecords ? Effect.ignore(cache.put(records.map((record) => ({ ...record, layer: null })))) : Effect.void
        ),
      use: (steps, at) => counted(cache.use(steps, at))
    }
  }
}

/** How a record is spoiled: its facts are cut, it has those of another step, or its layer was never here. */
export type Damage = "cut" | "other facts" | "no layer"

/** All records, the newest first. */
const newestFirst = (cache: BuildCacheShape) =>
  Effect.map(cache.list, (records) => records.toSorted((a, b) => b.createdAt - a.createdAt || (a.key < b.key ? -1 : 1)))

/**
 * Spoils one of the records that a cache has; nothing happens when it has none. `at`: which, the newest being 0, taken
 * modulo their number.
 */
export const damage = (cache: BuildCacheShape, at: number, how: Damage) =>
  Effect.gen(function* () {
    const records = yield* newestFirst(cache)
    const recordAt = (index: number) => {
      const found = records[index % Math.max(1, records.length)]
      return found === undefined
        ? Effect.succeed(undefined)
        : Effect.map(cache.trace(found.key), (trace) => Option.getOrUndefined(trace)?.record)
    }
    const kept = yield* recordAt(at)
    const other = yield* recordAt(at + 1)
    if (kept === undefined || other === undefined) return
    if (how === "cut") yield* cache.put([{ ...kept, facts: kept.facts.slice(0, kept.facts.length / 2) }])
    else if (how === "other facts") yield* cache.put([{ ...kept, facts: other.facts, layer: other.layer }])
    else if (kept.layer !== null) yield* cache.put([{ ...kept, layer: kept.key }])
  })

/** Takes one of the records away and leaves a tombstone, as making room does. `at`: as for {@link damage}. */
export const evict = (cache: BuildCacheShape, at: number) =>
  Effect.gen(function* () {
    const records = yield* newestFirst(cache)
    const record = records[at % Math.max(1, records.length)]
    if (record !== undefined) yield* cache.evict(record.key, { at: 0, rule: "sample", bytes: 0 })
  })
