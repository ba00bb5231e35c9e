import { type Digest, ofBytes } from "@gantry/core/image/Digest"
import { placeOf } from "@gantry/core/image/ImageRef"
import * as MediaType from "@gantry/core/image/MediaType"
import { Registry } from "@gantry/core/registry/Registry"
import type { Locks } from "@gantry/core/Locks"
import type { Settings } from "@gantry/core/Settings"
import { BuildCache, type CacheRecord } from "@gantry/core/store/BuildCache"
import { LayerStore } from "@gantry/core/store/LayerStore"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { nameManifest, sendBytes, sendLayers, type SendServices } from "../push/send-image.ts"
import type { SendError } from "../push/send-layer.ts"
import type { SecretLeaked } from "../secrets/SecretLeaked.ts"
import type { LeakWatch } from "../secrets/watch-texts.ts"
import { cacheArtifact, cacheRecords, writeRecords } from "./CacheDocument.ts"
import type { CacheTarget } from "./CachePlace.ts"
import { mountIds, sendMounts } from "./export-mounts.ts"
import { type PlacedMount, readCache } from "./read-cache.ts"
import type { ExportedStep } from "./leave-cache.ts"

/** Where and how results are left. */
export interface CacheExport extends Pick<CacheTarget, "form" | "mode" | "mounts" | "ref"> {
  /** Looks for secrets in cache mounts. */
  readonly watch?: LeakWatch | undefined
  readonly onWarning: (text: string) => void
}

/**
 * Leaves the results of a build where others can find them: the layers its steps made, those that are not there yet, and
 * a list of the records; the list gets its name last. Layers of base images do not go along. With the mode `min` only the
 * layers of the image itself do: of other stages it is only said what their steps made. Cache mounts that the steps use
 * go along when they are asked for.
 */
export const exportCache = (
  steps: ReadonlyArray<ExportedStep>,
  { form, mode, mounts = false, onWarning, ref, watch }: CacheExport
): Effect.Effect<void, SecretLeaked | SendError | StorageFailure, BuildCache | Locks | SendServices | Settings> =>
  Effect.gen(function* () {
    const records = yield* recordsOf(steps)
    const wanted = mode === "max" ? steps : steps.filter(({ isOfTarget }) => isOfTarget)
    const kept = new Set(wanted.map(({ report }) => report.layer))
    const all = [...new Set(records.flatMap(({ layer }) => (layer === null ? [] : [layer])))]
    const store = yield* LayerStore
    const here = yield* Effect.filter(all, (layer) => Effect.map(store.get(layer), Option.isSome))
    const layers = here.filter((layer) => kept.has(layer))
    const absent = all.filter((layer) => !layers.includes(layer))
    const place = placeOf(ref)
    const write = Effect.gen(function* () {
      const descriptors = yield* sendLayers(place, layers, { form })
      const ids = mounts ? mountIds(records) : new Set<string>()
      const sent =
        ids.size === 0 ? [] : yield* sendMounts(place, ids, { form, watch, onWarning, before: yield* mountsAt(ref) })
      const told = sent.map(({ descriptor: _descriptor, ...mount }, at) => ({ ...mount, at: descriptors.length + at }))
      const config = yield* sendBytes(place, cacheRecords, writeRecords(records, layers, { absent, mounts: told }))
      const manifest = {
        schemaVersion: 2,
        mediaType: MediaType.ociManifest,
        artifactType: cacheArtifact,
        config,
        layers: [...descriptors, ...sent.map(({ descriptor }) => descriptor)]
      }
      const bytes = new TextEncoder().encode(JSON.stringify(manifest))
      yield* nameManifest(ref, { manifest: { mediaType: MediaType.ociManifest, bytes }, digest: ofBytes(bytes) })
    })
    yield* (yield* Registry).together(place, write)
  })

/** What an earlier build has left of cache mounts, by name; nothing where there is no cache yet. */
const mountsAt = (ref: CacheTarget["ref"]) =>
  Effect.map(Effect.option(readCache({ ref, shown: "" })), (before) =>
    Option.match(before, { onNone: () => new Map<string, PlacedMount>(), onSome: ({ mounts }) => mounts })
  )

/** The records of steps whose results the cache holds, each once: what a step made that was not recorded is not shared. */
const recordsOf = (
  steps: ReadonlyArray<ExportedStep>
): Effect.Effect<ReadonlyArray<CacheRecord>, StorageFailure, BuildCache> =>
  Effect.gen(function* () {
    const cache = yield* BuildCache
    const found = new Map<Digest, CacheRecord>()
    for (const { report } of steps) {
      if (report.key === undefined || found.has(report.key)) continue
      const record = yield* cache.get(report.key)
      if (Option.isSome(record) && record.value.layer === report.layer) found.set(report.key, record.value)
    }
    return [...found.values()]
  })
