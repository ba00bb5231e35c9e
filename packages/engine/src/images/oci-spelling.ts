import type { Manifest } from "@gantry/core/image/Manifest"
import * as MediaType from "@gantry/core/image/MediaType"

const ociTypes: ReadonlyMap<string, string> = new Map([
  [MediaType.dockerManifest, MediaType.ociManifest],
  [MediaType.dockerConfig, MediaType.ociConfig],
  [MediaType.dockerLayerGzip, MediaType.ociLayerGzip],
  [MediaType.dockerLayer, MediaType.ociLayer],
  ["application/vnd.docker.image.rootfs.diff.tar.zstd", MediaType.ociLayerZstd]
])

const ociType = (mediaType: string): string => ociTypes.get(mediaType) ?? mediaType

/**
 * A manifest of Docker's as OCI writes the same: other programs pass over Docker's media types in a layout's index. The
 * image keeps its own manifest; this one stands for it in the index only. Spec: OCI image-spec, image-layout.md.
 */
export const ociSpelling = ({ config, layers }: Manifest): Uint8Array =>
  new TextEncoder().encode(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MediaType.ociManifest,
      config: { ...config, mediaType: ociType(config.mediaType) },
      layers: layers.map((layer) => ({ ...layer, mediaType: ociType(layer.mediaType) }))
    })
  )
