import type { LayerStore } from "@gantry/core/store/LayerStore"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import { archiveOfDirectory, heldDirectory } from "../copy/archive-of-directory.ts"
import { putFiles, type PutError } from "../copy/put-files.ts"
import type { NoSuchVolume } from "../EngineError.ts"
import { unpackedStream } from "../images/unpacked-archive.ts"
import { findVolume } from "../volumes/find-volume.ts"
import type { Volumes } from "../volumes/Volumes.ts"

const openVolume = (name: string) =>
  Effect.flatMap(findVolume(name), ({ path }) => heldDirectory(path, `volume ${name}`))

/**
 * What is in a volume as an archive, with owners, modes and times, which can be read while the scope is open. Containers
 * may be at work in the volume: no bytes from outside of it get into the archive.
 */
export const exportVolume = (
  name: string
): Effect.Effect<Stream.Stream<Uint8Array, StorageFailure>, NoSuchVolume | StorageFailure, Volumes | Scope.Scope> =>
  Effect.gen(function* () {
    const { path } = yield* findVolume(name)
    const { archive } = yield* archiveOfDirectory(path, `volume ${name}`)
    return archive
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
