import { arch } from "node:os"
import type { ImageConfig } from "@gantry/core/image/ImageConfig"
import { familiar, type ImageRef } from "@gantry/core/image/ImageRef"
import { ofMachine, plainPlatform, type Platform } from "@gantry/core/image/Platform"
import type { Locks } from "@gantry/core/Locks"
import type { BlobStore } from "@gantry/core/store/BlobStore"
import { LayerStore } from "@gantry/core/store/LayerStore"
import {
  type BlobCorrupt,
  LayerMalformed,
  type LayerMissing,
  LayerTooLarge,
  type StorageFailure,
  type UnsafePath
} from "@gantry/core/store/StoreError"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { BadOption } from "../EngineError.ts"
import { imageEvent } from "../events/actors.ts"
import { record as tell } from "../events/Journal.ts"
import { applyChanges } from "../images/apply-changes.ts"
import { commitImage } from "../images/commit-image.ts"
import type { Images } from "../images/Images.ts"
import type { NewImage } from "../images/ImageRecord.ts"
import { unpackedStream } from "../images/unpacked-archive.ts"
import { workingNow } from "../prune/working.ts"

/** What becomes an image. */
export interface ImportRequest {
  /** A tar archive of a root file system, compressed or not. */
  readonly archive: AsyncIterable<Uint8Array>
  /** What messages call the archive. */
  readonly called: string
  /** What history says of it. */
  readonly comment: string
  /** Instructions that make its settings. See `applyChanges`. */
  readonly changes: ReadonlyArray<string>
  /** What its programs were compiled for; this machine when absent. */
  readonly platform?: Platform
  readonly names: ReadonlyArray<ImageRef>
}

/**
 * Makes an image of one layer from the archive of a root file system. The archive is unpacked as any layer is, while it
 * is read; nothing of it is held in memory, and it need not be trusted.
 */
export const importImage = ({
  archive,
  called,
  changes,
  comment,
  names,
  platform = ofMachine(arch())
}: ImportRequest): Effect.Effect<
  NewImage,
  BadOption | BlobCorrupt | LayerMalformed | LayerMissing | LayerTooLarge | StorageFailure | UnsafePath,
  BlobStore | Images | LayerStore | Locks
> =>
  Effect.gen(function* () {
    const layers = yield* LayerStore
    const created = new Date(yield* Clock.currentTimeMillis).toISOString()
    const bare: ImageConfig = {
      created,
      ...plainPlatform(platform),
      config: {},
      rootfs: { type: "layers", diff_ids: [] },
      history: [{ created, comment }]
    }
    // A wrong instruction is found before the archive has been read.
    const config = yield* applyChanges(bare, changes)
    // Nobody but this process knows of the layer before the image is on record.
    yield* workingNow
    const { diffId } = yield* layers.unpack(undefined, unpackedStream(archive, called)).pipe(
      // The store has no better name for what has no digest yet.
      Effect.catchTag("LayerMalformed", (failure) => Effect.fail(new LayerMalformed({ ...failure, layer: called }))),
      Effect.catchTag("LayerTooLarge", (failure) => Effect.fail(new LayerTooLarge({ ...failure, layer: called })))
    )
    yield* layers.flush
    const image = yield* commitImage({ ...config, rootfs: { type: "layers", diff_ids: [diffId] } }, [diffId], names)
    yield* tell(imageEvent("import", image.id, names[0] === undefined ? image.id : familiar(names[0])))
    return image
  }).pipe(Effect.scoped)
