import type { Descriptor } from "@gantry/core/image/Descriptor"
import type { Manifest } from "@gantry/core/image/Manifest"
import * as MediaType from "@gantry/core/image/MediaType"
import type { LayerInfo } from "@gantry/core/store/LayerStore"

/** The manifest that names layers by their uncompressed archives, base first: the same image gives the same bytes. */
export const plainManifest = (
  { digest, size }: Pick<Descriptor, "digest" | "size">,
  layers: ReadonlyArray<Pick<LayerInfo, "diffId" | "size">>,
  annotations?: Manifest["annotations"]
): Uint8Array => {
  const manifest: Manifest = {
    schemaVersion: 2,
    mediaType: MediaType.ociManifest,
    config: { mediaType: MediaType.ociConfig, digest, size },
    layers: layers.map((layer) => ({ mediaType: MediaType.ociLayer, digest: layer.diffId, size: layer.size })),
    ...(annotations === undefined ? {} : { annotations })
  }
  return new TextEncoder().encode(JSON.stringify(manifest))
}
