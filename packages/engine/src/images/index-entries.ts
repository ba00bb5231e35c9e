import type { Descriptor } from "@gantry/core/image/Descriptor"
import type { Digest } from "@gantry/core/image/Digest"
import { BlobStore } from "@gantry/core/store/BlobStore"
import type { BlobCorrupt, BlobMissing, StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"

/** An index that this engine wrote. */
export interface OwnIndex {
  readonly document: { readonly manifests: ReadonlyArray<Descriptor> }
  /** Its entries in order, each with the ID of its image. */
  readonly entries: ReadonlyArray<{ readonly entry: Descriptor; readonly id: Digest }>
}

/**
 * Reads an index that this engine wrote. Its images are known by their configs: one that was pulled or pushed since may have
 * another manifest by now.
 */
export const readOwnIndex = (
  index: Digest
): Effect.Effect<OwnIndex, BlobCorrupt | BlobMissing | StorageFailure, BlobStore> =>
  Effect.gen(function* () {
    const blobs = yield* BlobStore
    // What it names was written or checked by this engine, and is verified when it is read.
    const document = parsed(yield* blobs.readWhole(index)) as OwnIndex["document"]
    const entries = yield* Effect.forEach(document.manifests, (entry) =>
      Effect.map(blobs.readWhole(entry.digest), (bytes) => {
        const { config } = parsed(bytes) as { readonly config: Descriptor }
        return { entry, id: config.digest }
      })
    )
    return { document, entries }
  })

const parsed = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes))
