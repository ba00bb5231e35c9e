import type { CompressionForm } from "@gantry/core/compression/compress"
import type { Compression } from "@gantry/core/compression/Compression"
import * as MediaType from "@gantry/core/image/MediaType"

/** In which form layers are sent. */
export interface LayerForm extends Partial<CompressionForm> {
  /**
   * Compresses every layer anew, also one of which the place has a compressed form already. Without it a level says
   * only how layers are compressed that have to be compressed.
   */
  readonly force?: boolean
  /** Whose media types manifests name. Docker has none for zstd. */
  readonly types?: "oci" | "docker"
}

/** The media type of a layer in a form. */
export const layerType = (compression: Compression, types: LayerForm["types"]): string => {
  switch (compression) {
    case "none":
      return types === "docker" ? MediaType.dockerLayer : MediaType.ociLayer
    case "gzip":
      return types === "docker" ? MediaType.dockerLayerGzip : MediaType.ociLayerGzip
    case "zstd":
      return MediaType.ociLayerZstd
  }
}

/** Layers are compressed with gzip when nobody says how: everybody reads it. */
export const usualCompression: Compression = "gzip"
