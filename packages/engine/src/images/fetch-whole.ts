import type { Descriptor } from "@gantry/core/image/Descriptor"
import type { ImageRef } from "@gantry/core/image/ImageRef"
import { Registry } from "@gantry/core/registry/Registry"
import type { RegistryError } from "@gantry/core/registry/RegistryError"
import type { BlobCorrupt } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/** A blob of a registry in memory, verified. How large it may be is for the caller to look at first. */
export const fetchWhole = (
  ref: ImageRef,
  descriptor: Descriptor
): Effect.Effect<Buffer, BlobCorrupt | RegistryError, Registry> =>
  Effect.flatMap(Registry, ({ fetch }) => {
    // Copied: a piece need not stay what it is once the next one is asked for.
    const pieces = Stream.runCollect(Stream.map(fetch(ref, descriptor), (piece) => new Uint8Array(piece)))
    return Effect.map(pieces, (all) => Buffer.concat([...all]))
  })
