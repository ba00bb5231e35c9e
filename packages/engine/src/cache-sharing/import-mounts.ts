import { closeSync, createReadStream, openSync, writeSync } from "node:fs"
import { join } from "node:path"
import { Registry } from "@gantry/core/registry/Registry"
import { Settings } from "@gantry/core/Settings"
import type { LayerStore } from "@gantry/core/store/LayerStore"
import { LayerTooLarge, storageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { OfferedCaches } from "../cache-mounts/hold-caches.ts"
import { scopedFolder } from "../contexts/scoped-folder.ts"
import { heldDirectory } from "../copy/archive-of-directory.ts"
import { putFiles } from "../copy/put-files.ts"
import { usualMost } from "../images/fetch-layer.ts"
import { unpackedStream } from "../images/unpacked-archive.ts"
import type { ImportOptions } from "./import-cache.ts"
import type { PlacedMount, SharedCache } from "./read-cache.ts"

type Services = LayerStore | Registry | Settings

/**
 * The cache mounts of places that were asked for them; undefined when there are none. One is fetched when a command
 * wants it and it is not here. What cannot be had, or is not what was promised, is a warning, and the mount begins as it
 * would have without.
 */
export const offeredMounts = (
  caches: ReadonlyArray<SharedCache | undefined>,
  { begin, isPlan, onWarning }: ImportOptions
): Effect.Effect<OfferedCaches | undefined, never, Services> =>
  Effect.gen(function* () {
    const services = yield* Effect.context<Services>()
    const asked = caches.flatMap((cache) => (cache?.source.mounts === true ? [cache] : []))
    if (isPlan || asked.every(({ mounts }) => mounts.size === 0)) return undefined
    return (name) => {
      const cache = asked.find(({ mounts }) => mounts.has(name))
      const mount = cache?.mounts.get(name)
      if (cache === undefined || mount === undefined) return undefined
      const put = (path: string) =>
        Effect.zipRight(begin, fetched(cache, mount, path)).pipe(
          Effect.scoped,
          Effect.as(true),
          Effect.catchAll(({ message }) =>
            Effect.sync(() => {
              onWarning(`the cache mount ${mount.id} of ${cache.source.shown} is not used: ${message}`)
              return false
            })
          ),
          Effect.provide(services)
        )
      return { base: mount.base, put }
    }
  })

/** Puts the contents into a directory once all of them are here and are what was promised: nothing else is ever unpacked. */
const fetched = ({ source }: SharedCache, { descriptor, id }: PlacedMount, path: string) =>
  Effect.gen(function* () {
    const { layerLimit: limit = usualMost } = yield* Settings
    const called = `cache mount ${id}`
    if (descriptor.size > limit) return yield* new LayerTooLarge({ layer: called, unit: "bytes", limit })
    const archive = join(yield* scopedFolder, "archive")
    const failed = storageFailure("stage", called)
    const file = yield* Effect.acquireRelease(
      Effect.try({ try: () => openSync(archive, "wx", 0o600), catch: failed }),
      (each) => Effect.sync(() => closeSync(each))
    )
    yield* Stream.runForEach((yield* Registry).fetch(source.ref, descriptor), (piece) =>
      Effect.try({
        try: () => {
          for (let at = 0; at < piece.length;) at += writeSync(file, piece, at)
        },
        catch: failed
      })
    )
    const fd = yield* heldDirectory(path, called)
    yield* putFiles(fd, unpackedStream(createReadStream(archive), called), { root: true })
  })
