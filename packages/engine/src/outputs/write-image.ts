import type { Descriptor } from "@gantry/core/image/Descriptor"
import { ofBytes } from "@gantry/core/image/Digest"
import { type ManifestBytes, Registry } from "@gantry/core/registry/Registry"
import type { LayerStore } from "@gantry/core/store/LayerStore"
import * as Effect from "effect/Effect"
import { refsIn, type SendError, sendImage } from "../images/send-image.ts"
import { annotationsFor } from "./annotations.ts"
import { indexOf } from "./image-index.ts"
import type { Output } from "./Output.ts"
import type { Prepared } from "./Produced.ts"

/**
 * Writes what was built into an archive or a layout folder: one image, or the index of several with all of them. An
 * archive is replaced, in one step when all of it is written; a folder keeps what it held.
 */
export const writeImage = (
  prepared: ReadonlyArray<Prepared>,
  { annotations, compression, names, place }: Extract<Output, { readonly type: "archive" }>
): Effect.Effect<Descriptor, SendError, LayerStore | Registry> =>
  Effect.gen(function* () {
    const registry = yield* Registry
    const manifests = yield* Effect.forEach(prepared, ({ documents, platform }) =>
      Effect.map(
        sendImage(
          place,
          {
            config: documents.config,
            stack: documents.image.stack,
            ...annotatedManifest(annotationsFor(annotations, "manifest", platform))
          },
          compression
        ),
        (manifest) => ({ ...manifest, platform })
      )
    )
    const nameAll = (top: ManifestBytes) =>
      Effect.as(
        Effect.forEach(refsIn(place, names), (ref) => registry.tag(ref, top)),
        descriptorOf(top)
      )
    const [only, ...more] = manifests
    if (only !== undefined && more.length === 0) return yield* nameAll(only)
    for (const manifest of manifests) {
      yield* registry.tag({ registry: place, repository: "", digest: ofBytes(manifest.bytes) }, manifest)
    }
    return yield* nameAll(
      indexOf(
        manifests.map(({ platform, ...manifest }) => ({ ...descriptorOf(manifest), platform })),
        annotations
      )
    )
  }).pipe((effect) =>
    Effect.flatMap(Registry, (registry) => registry.together({ registry: place }, effect, { replace: true }))
  )

const annotatedManifest = (annotations: ReturnType<typeof annotationsFor>) =>
  annotations === undefined ? {} : { annotations }

/** What names a document. */
export const descriptorOf = ({ bytes, mediaType }: ManifestBytes): Descriptor => ({
  mediaType,
  digest: ofBytes(bytes),
  size: bytes.length
})
