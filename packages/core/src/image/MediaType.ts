/**
 * Media types of what an image is made of.
 *
 * Spec: OCI image-spec, media-types.md; Docker image manifest version 2, schema 2.
 */
export const ociManifest = "application/vnd.oci.image.manifest.v1+json"
export const ociIndex = "application/vnd.oci.image.index.v1+json"
export const ociConfig = "application/vnd.oci.image.config.v1+json"
export const ociLayer = "application/vnd.oci.image.layer.v1.tar"
export const ociLayerGzip = "application/vnd.oci.image.layer.v1.tar+gzip"
export const ociLayerZstd = "application/vnd.oci.image.layer.v1.tar+zstd"
export const dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
export const dockerIndex = "application/vnd.docker.distribution.manifest.list.v2+json"
export const dockerConfig = "application/vnd.docker.container.image.v1+json"
export const dockerLayer = "application/vnd.docker.image.rootfs.diff.tar"
export const dockerLayerGzip = "application/vnd.docker.image.rootfs.diff.tar.gzip"

/** Whether a media type names a list of manifests, one a platform. */
export const isIndex = (mediaType: string): boolean => mediaType === ociIndex || mediaType === dockerIndex

/** How a layer's bytes are compressed, or undefined for a media type that is not a layer gantry can read. */
export const compressionOf = (mediaType: string): "none" | "gzip" | "zstd" | undefined => {
  switch (mediaType) {
    case ociLayer:
    case dockerLayer:
      return "none"
    case ociLayerGzip:
    case dockerLayerGzip:
      return "gzip"
    case ociLayerZstd:
    case "application/vnd.docker.image.rootfs.diff.tar.zstd":
      return "zstd"
    default:
      return undefined
  }
}
