import { mkdirSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { type Digest, digest } from "@gantry/core/image/Digest"
import type { SettingsShape } from "@gantry/core/Settings"
import type { DatabaseShape } from "@gantry/core/state/Database"
import type { LayerInfo, LayerStoreShape } from "@gantry/core/store/LayerStore"
import {
  BlobCorrupt,
  LayerMalformed,
  type LayerTooLarge,
  type StorageFailure,
  storageFailure,
  type UnsafePath
} from "@gantry/core/store/StoreError"
import { ownName } from "./owner.ts"
import { findPlaced } from "./find-placed.ts"
import { placing } from "./place-layer.ts"
import type { Places } from "./places.ts"
import type { Outcome } from "./unpack/Outcome.ts"
import { failureOf, type UnpackProcesses } from "./unpack-process.ts"

/** What unpacking needs from the store. */
export interface UnpackNeeds {
  readonly db: DatabaseShape
  readonly places: Places
  readonly settings: Pick<SettingsShape, "layerLimit">
  readonly processes: UnpackProcesses
  readonly removeAll: (paths: ReadonlyArray<string>) => Effect.Effect<void, StorageFailure>
}

/** Most bytes of an uncompressed layer where the settings say nothing: 256 GiB. */
const usualLimit = 256 * 1024 ** 3

const limitOf = ({ settings }: Pick<UnpackNeeds, "settings">): number => settings.layerLimit ?? usualLimit

/** Unpacks in a process of its own, so that nothing an archive says can reach beyond its directory. See `LayerStore.unpack`. */
export const unpackLayer =
  (needs: UnpackNeeds): LayerStoreShape["unpack"] =>
  (diffId, archive) => {
    const called = diffId ?? "the archive"
    return makeLayer(needs, diffId, (directory) =>
      needs.processes.unpack({ form: "layer", directory, limit: limitOf(needs) }, archive, called)
    )
  }

/** The same of a file that is still growing. See `LayerStore.unpackFile`. */
export const unpackFile =
  (needs: UnpackNeeds): NonNullable<LayerStoreShape["unpackFile"]> =>
  (diffId, { arrive, digest: expected, limit, path, size }) =>
    makeLayer(needs, diffId, (directory) =>
      Effect.gen(function* () {
        let here: number | undefined
        const job = { form: "layer", directory, file: path, limit: Math.min(limit, limitOf(needs)) } as const
        const counted = (onBytes: (count: number) => void) =>
          Effect.map(arrive(onBytes), (bytes) => {
            here = bytes
          })
        const outcome = yield* needs.processes.unpackFile(job, counted, diffId)
        if (outcome.file === undefined) return outcome
        const { broken, digest: actual } = outcome.file
        if (actual !== expected || here !== size) {
          return yield* new BlobCorrupt({ expected, actual: digest(actual), size: here ?? 0 })
        }
        return broken === undefined ? outcome : yield* new LayerMalformed({ layer: `layer ${expected}`, why: broken })
      })
    )

const makeLayer = <E>(
  { db, places, removeAll }: UnpackNeeds,
  diffId: Digest | undefined,
  unpackInto: (directory: string) => Effect.Effect<Outcome, E>
): Effect.Effect<LayerInfo, E | BlobCorrupt | LayerMalformed | LayerTooLarge | UnsafePath | StorageFailure> =>
  Effect.gen(function* () {
    const there = diffId === undefined ? undefined : yield* db.read("layers", (tx) => findPlaced(tx, places, diffId))
    if (there !== undefined) return { diffId: there.diffId, size: there.size, entries: there.entries }
    const called = diffId ?? "the archive"
    return yield* Effect.acquireUseRelease(
      Effect.try({
        try: () => {
          const directory = join(places.ingest, `${ownName()}-unpack`)
          mkdirSync(directory, { mode: 0o700 })
          return directory
        },
        catch: storageFailure("prepare", called)
      }),
      (directory) =>
        Effect.gen(function* () {
          const outcome = yield* unpackInto(directory)
          // A layer only if the bytes were the ones that were promised; if not, that is what is to blame.
          if (diffId !== undefined && "diffId" in outcome && outcome.diffId !== diffId) {
            return yield* new BlobCorrupt({ expected: diffId, actual: digest(outcome.diffId), size: outcome.size })
          }
          if (outcome.type !== "done") return yield* failureOf(called, outcome)
          const made = digest(outcome.diffId)
          const { entries, hasRoot, hasXattrs, opaqueRoot, size } = outcome
          const parts = { diff: join(directory, "diff"), recipe: join(directory, "recipe") }
          yield* placing({ db, places, removeAll }, `the layer ${made}`, (_, place) =>
            place(parts, { diffId: made, size, entries, hasXattrs, hasRoot, opaqueRoot })
          )
          return { diffId: made, size, entries }
        }),
      (directory) => Effect.ignoreLogged(removeAll([directory]))
    )
  })

/** Applies an archive to a folder of the host, by the same process. See `LayerStore.apply`. */
export const applyLayer =
  (needs: Pick<UnpackNeeds, "processes" | "settings">): NonNullable<LayerStoreShape["apply"]> =>
  (directory, archive) =>
    Effect.gen(function* () {
      yield* Effect.try({
        try: () => mkdirSync(directory, { recursive: true, mode: 0o755 }),
        catch: storageFailure("prepare", directory)
      })
      const outcome = yield* needs.processes.unpack(
        { form: "folder", directory, limit: limitOf(needs) },
        archive,
        "the archive"
      )
      if (outcome.type !== "done") return yield* failureOf("the archive", outcome)
      return { diffId: digest(outcome.diffId), size: outcome.size, entries: outcome.entries }
    })

/** Puts the files of an archive into a folder of the host, by the same process. See `LayerStore.place`. */
export const placeFiles =
  (needs: Pick<UnpackNeeds, "processes" | "settings">): NonNullable<LayerStoreShape["place"]> =>
  (directory, archive, place) =>
    Effect.gen(function* () {
      const outcome = yield* needs.processes.unpack(
        { form: "files", directory, limit: limitOf(needs), place },
        archive,
        "the archive"
      )
      if (outcome.type !== "done") return yield* failureOf("the archive", outcome)
      return { size: outcome.size, entries: outcome.entries }
    })
