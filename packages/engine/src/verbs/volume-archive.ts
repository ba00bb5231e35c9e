import type { LayerStore } from "@gantry/core/store/LayerStore"
import { type StorageFailure, storageFailure } from "@gantry/core/store/StoreError"
import { loadSyscallsSync } from "@gantry/linux/load"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import { archiveOf } from "../copy/archive-of.ts"
import { containedRoot } from "../copy/FileRoot.ts"
import { openSource } from "../copy/open-source.ts"
import { openHostDirectory, putFiles, type PutError } from "../copy/put-files.ts"
import type { NoSuchVolume } from "../EngineError.ts"
import { unpackedStream } from "../images/unpacked-archive.ts"
import { findVolume } from "../volumes/find-volume.ts"
import type { Volumes } from "../volumes/Volumes.ts"

const openVolume = (name: string) =>
  Effect.flatMap(findVolume(name), ({ path }) =>
    Effect.acquireRelease(
      Effect.try({ try: () => openHostDirectory(path), catch: storageFailure("read", `volume ${name}`) }),
      (fd) => Effect.sync(() => loadSyscallsSync().close(fd))
    )
  )

/**
 * What is in a volume as an archive, with owners, modes and times, which can be read while the scope is open. Containers
 * may be at work in the volume: no bytes from outside of it get into the archive.
 */
export const exportVolume = (
  name: string
): Effect.Effect<Stream.Stream<Uint8Array, StorageFailure>, NoSuchVolume | StorageFailure, Volumes | Scope.Scope> =>
  Effect.gen(function* () {
    const sys = loadSyscallsSync()
    const failed = storageFailure("read", `volume ${name}`)
    const root = containedRoot(sys, yield* openVolume(name))
    const source = yield* Effect.mapError(openSource(sys, root, "/.", { follow: true }), failed)
    const entries = yield* Effect.try({ try: () => source.entries(""), catch: failed })
    return archiveOf(entries, source.openContent, failed)
  })

/**
 * Puts the files of an archive, compressed or not, into a volume that is there: directories are merged and files
 * replaced, and the rest stays. The archive need not be trusted.
 */
export const importVolume = (
  name: string,
  archive: AsyncIterable<Uint8Array>,
  called: string
): Effect.Effect<void, NoSuchVolume | PutError, LayerStore | Volumes> =>
  Effect.gen(function* () {
    const fd = yield* openVolume(name)
    yield* putFiles(fd, unpackedStream(archive, called), { root: true })
  }).pipe(Effect.scoped)
