import { realpathSync } from "node:fs"
import { LayerStore, type Placed, type PlaceOptions } from "@gantry/core/store/LayerStore"
import type { LayerMalformed, LayerTooLarge, StorageFailure, UnsafePath } from "@gantry/core/store/StoreError"
import { AT_FDCWD, O_CLOEXEC, O_DIRECTORY, O_PATH, RESOLVE_NO_SYMLINKS } from "@gantry/linux/constants"
import { loadSyscallsSync } from "@gantry/linux/load"
import * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"

/** How files can fail to arrive. */
export type PutError = LayerMalformed | LayerTooLarge | StorageFailure | UnsafePath

/**
 * Puts the files of an archive into a directory that is open. The process that does it has that directory as its root,
 * so that nothing in it leads elsewhere, nor does whoever swaps it for something else meanwhile.
 */
export const putFiles = <E>(
  fd: number,
  archive: Stream.Stream<Uint8Array, E>,
  options: PlaceOptions
): Effect.Effect<Placed, E | PutError, LayerStore> =>
  Effect.flatMap(LayerStore, ({ place }) =>
    place === undefined
      ? Effect.dieMessage("this store has no folders")
      : // The directory as this process holds it, for another process.
        place(`${realpathSync("/proc/self")}/fd/${fd}`, archive, options)
  )

/** Opens a directory of the host to put files into; none of its parents may become a link from now on. Throws. */
export const openHostDirectory = (path: string): number =>
  loadSyscallsSync().openat2(AT_FDCWD, realpathSync(path), {
    flags: O_PATH | O_DIRECTORY | O_CLOEXEC,
    resolve: RESOLVE_NO_SYMLINKS
  })
