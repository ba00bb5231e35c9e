import type { Descriptor } from "@gantry/core/image/Descriptor"
import { ofBytes } from "@gantry/core/image/Digest"
import { ociConfig, ociLayer, ociManifest } from "@gantry/core/image/MediaType"
import type { ManifestBytes } from "@gantry/core/registry/Registry"

/** The descriptor of bytes at hand. */
export const describe = (mediaType: string, bytes: Uint8Array): Descriptor => ({
  mediaType,
  digest: ofBytes(bytes),
  size: bytes.length
})

/** A small image as a registry sees it: a config, one layer of any bytes, and a manifest that names both. */
export interface SmallImage {
  readonly config: { readonly descriptor: Descriptor; readonly bytes: Uint8Array }
  readonly layer: { readonly descriptor: Descriptor; readonly bytes: Uint8Array }
  readonly manifest: ManifestBytes
}

/** The image around a layer's bytes. The manifest is spelled with spaces, so that writing it again changes its digest. */
export const smallImage = (layer: Uint8Array): SmallImage => {
  const config = new TextEncoder().encode(
    JSON.stringify({
      architecture: "amd64",
      os: "linux",
      config: {},
      rootfs: { type: "layers", diff_ids: [ofBytes(layer)] },
      history: []
    })
  )
  const manifest = {
    schemaVersion: 2,
    mediaType: ociManifest,
    config: describe(ociConfig, config),
    layers: [describe(ociLayer, layer)]
  }
  return {
    config: { descriptor: manifest.config, bytes: config },
    layer: { descriptor: describe(ociLayer, layer), bytes: layer },
    manifest: { mediaType: ociManifest, bytes: new TextEncoder().encode(JSON.stringify(manifest, null, 3)) }
  }
}
