import { BuildCache, type CacheRecord } from "@gantry/core/store/BuildCache"
import { LayerStore } from "@gantry/core/store/LayerStore"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Option from "effect/Option"
import * as fc from "fast-check"
import { forAll, type Law } from "./Law.ts"
import { cacheRecords, neighbourKey } from "./samples/cache-records.ts"

/** A plugin may give more than the record: when it was used, say. */
const said = ({ createdAt, facts, key, layer, lineage, tookMs }: CacheRecord) =>
  Data.struct({ key, lineage, facts, layer, createdAt, tookMs })

const is = (found: Option.Option<CacheRecord>, record: CacheRecord) =>
  Option.isSome(found) && Equal.equals(said(found.value), said(record))

/** What a store of build records must make true. */
export const cacheLaws: ReadonlyArray<Law<BuildCache | LayerStore>> = [
  forAll(
    "CACHE-1",
    "what was recorded is what is found",
    fc.tuple(
      cacheRecords(null),
      cacheRecords(null),
      fc.uniqueArray(cacheRecords(null), { selector: ({ key }) => key, maxLength: 4 })
    ),
    ([first, second, others]) =>
      Effect.gen(function* () {
        const cache = yield* BuildCache
        const rest = others.filter(({ key }) => key !== first.key)
        // The same key twice: the later record counts. Its time is the latest of all, so that it is its lineage's last.
        const replaced = { ...second, key: first.key, createdAt: 4_102_444_800_001 }
        yield* cache.put([first, ...rest])
        const before = yield* cache.get(first.key)
        yield* cache.put([replaced])
        yield* cache.touch([first.key], 1)
        const after = yield* cache.get(first.key)
        const latest = yield* cache.latest(replaced.lineage)
        const kept = yield* Effect.forEach(rest, (record) =>
          Effect.map(cache.get(record.key), (found) => is(found, record))
        )
        const listed = (yield* cache.list).filter(({ key }) => key === first.key)
        const unknown = yield* cache.get(neighbourKey(first.key))
        yield* cache.delete(first.key)
        yield* cache.delete(first.key)
        const gone = yield* cache.get(first.key)
        return (
          is(before, first) &&
          is(after, replaced) &&
          is(latest, replaced) &&
          kept.every(Boolean) &&
          listed.length === 1 &&
          Option.isNone(unknown) &&
          Option.isNone(gone)
        )
      })
  ),

  forAll(
    "CACHE-2",
    "nothing is found after any layer it needs is gone",
    fc.tuple(cacheRecords(null), fc.uint8Array({ maxLength: 4 })),
    ([record, bytes]) =>
      Effect.gen(function* () {
        const cache = yield* BuildCache
        const layers = yield* LayerStore
        const tree = yield* layers.prepare({ parents: [], keep: false })
        const meta = { path: "made", mode: 0o644, uid: 0, gid: 0, mtimeNs: 0n }
        const content = { from: "bytes", bytes } as const
        yield* layers.write(tree, [{ ...meta, type: "file", size: bytes.length, content }])
        const made = Option.getOrThrow(yield* layers.commit(tree))
        const needy = { ...record, layer: made.diffId }
        yield* cache.put([needy])
        const before = yield* cache.get(needy.key)
        yield* layers.remove(made.diffId)
        const after = yield* cache.get(needy.key)
        return is(before, needy) && Option.isNone(after)
      })
  )
]
