import { BuildCache, type CacheRecord } from "@gantry/core/store/BuildCache"
import { LayerStore } from "@gantry/core/store/LayerStore"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Option from "effect/Option"
import * as fc from "fast-check"
import { forAll, type Law } from "./Law.ts"
import { cacheRecords, names, neighbourKey } from "./samples/cache-records.ts"

/** A plugin may give more than the record: when it was used, say. */
const said = ({ createdAt, facts, instruction, key, layer, parent, tookMs }: CacheRecord) =>
  Data.struct({ key, facts, instruction, parent, layer, createdAt, tookMs })

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
        // The same key twice: the later record counts.
        const replaced = { ...second, key: first.key }
        yield* cache.put([first, ...rest])
        const before = yield* cache.get(first.key)
        yield* cache.put([replaced])
        const place = { lineage: "used", stage: "", number: 1 }
        yield* cache.use(
          [
            { key: first.key, place },
            { key: first.key, place }
          ],
          4_102_444_800_001
        )
        const after = yield* cache.get(first.key)
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
          kept.every(Boolean) &&
          listed.length === 1 &&
          // Used by the build that made it and by one more, however often that one met it.
          listed[0]?.uses === 2 &&
          listed[0].lastUsed === 4_102_444_800_001 &&
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
  ),

  forAll(
    "CACHE-6",
    "what was evicted is not found and says when, by what and how large it was, until it is made again",
    fc.tuple(
      cacheRecords(null),
      cacheRecords(null),
      fc.record({
        at: fc.integer({ min: 0, max: 4_102_444_800_000 }),
        rule: fc.constantFrom("max-used-space", "prune", "it's"),
        bytes: fc.nat()
      })
    ),
    ([record, other, eviction]) =>
      Effect.gen(function* () {
        const cache = yield* BuildCache
        yield* cache.delete(record.key)
        // Nothing was there to be evicted.
        yield* cache.evict(record.key, eviction)
        const never = yield* cache.trace(record.key)
        yield* cache.put([record])
        yield* cache.evict(record.key, eviction)
        // It went once, and that is when it went.
        yield* cache.evict(record.key, { ...eviction, at: eviction.at + 1 })
        const found = yield* cache.get(record.key)
        const trace = yield* cache.trace(record.key)
        const listed = (yield* cache.list).some(({ key }) => key === record.key)
        const again = { ...other, key: record.key }
        yield* cache.put([again])
        const back = yield* cache.trace(record.key)
        return (
          Option.isNone(never) &&
          Option.isNone(found) &&
          !listed &&
          Option.isSome(trace) &&
          is(Option.some(trace.value.record), record) &&
          Equal.equals(Data.struct(trace.value.evicted ?? { at: -1, rule: "", bytes: 0 }), Data.struct(eviction)) &&
          Option.isSome(back) &&
          back.value.evicted === undefined &&
          is(yield* cache.get(record.key), again)
        )
      })
  ),

  forAll(
    "CACHE-7",
    "a new step can be compared with what the last build met at each place, and with all that stands on the same parent",
    fc.tuple(
      fc.uniqueArray(cacheRecords(null), { selector: ({ key }) => key, minLength: 4, maxLength: 4 }),
      names,
      names,
      fc.nat(9)
    ),
    ([records, lineage, stage, number]) =>
      Effect.gen(function* () {
        const cache = yield* BuildCache
        const [first, second, third, sibling] = records
        if (first === undefined || second === undefined || third === undefined || sibling === undefined) return true
        // Lineage and parent are those of no other sample.
        const sample = [stage, number, first.key, sibling.key].join(" ")
        const place = { lineage: `${lineage} ${sample}`, stage, number }
        const elsewhere = { ...place, lineage: `${place.lineage}1` }
        const parent = `parent ${sample}`
        yield* cache.put([
          { ...first, place },
          { ...second, place: { ...place, number: number + 1 } },
          { ...third, place: elsewhere },
          { ...sibling, parent }
        ])
        yield* cache.evict(second.key, { at: 1, rule: "prune", bytes: 0 })
        const before = yield* cache.near(place.lineage, parent)
        yield* cache.use([{ key: third.key, place }], 1)
        const after = yield* cache.near(place.lineage, parent)
        const met = (steps: typeof before) =>
          steps.map((step) => [step.key, step.place?.stage, step.place?.number, step.instruction].join(" ")).join("\n")
        const as = (record: CacheRecord, at?: number) =>
          [record.key, at === undefined ? "" : stage, at ?? "", record.instruction].join(" ")
        return (
          met(before) === [as(first, number), as(second, number + 1), as(sibling)].join("\n") &&
          met(after) === [as(third, number), as(second, number + 1), as(sibling)].join("\n")
        )
      })
  )
]
