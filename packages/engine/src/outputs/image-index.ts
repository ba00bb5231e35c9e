import type { Descriptor } from "@gantry/core/image/Descriptor"
import * as MediaType from "@gantry/core/image/MediaType"
import { type Platform, plainPlatform } from "@gantry/core/image/Platform"
import type { ManifestBytes } from "@gantry/core/registry/Registry"
import { type Annotation, annotationsFor } from "./annotations.ts"

/**
 * The index of an image of several platforms, in the order in which they were asked for. The same manifests and
 * annotations give the same bytes. `besides`: entries that are no images, which come last. Spec: OCI image-spec, image-index.md.
 */
export const indexOf = (
  manifests: ReadonlyArray<Descriptor & { readonly platform: Platform }>,
  annotations: ReadonlyArray<Annotation>,
  besides: ReadonlyArray<Descriptor> = []
): ManifestBytes => {
  const own = annotationsFor(annotations, "index")
  const index = {
    schemaVersion: 2,
    mediaType: MediaType.ociIndex,
    manifests: [
      ...manifests.map(({ digest, mediaType, platform, size }) => {
        const described = annotationsFor(annotations, "manifest-descriptor", platform)
        const { architecture, os, variant } = plainPlatform(platform)
        return {
          mediaType,
          digest,
          size,
          ...(described === undefined ? {} : { annotations: described }),
          platform: { architecture, os, ...(variant === undefined ? {} : { variant }) }
        }
      }),
      ...besides
    ],
    ...(own === undefined ? {} : { annotations: own })
  }
  return { mediaType: MediaType.ociIndex, bytes: new TextEncoder().encode(JSON.stringify(index)) }
}
