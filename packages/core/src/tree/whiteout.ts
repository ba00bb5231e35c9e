/** Name in front of everything that takes something away. Spec: OCI image-spec, layer.md, "Whiteouts". */
export const whiteoutPrefix = ".wh."

/** Name of the file that makes a directory opaque. Spec: OCI image-spec, layer.md, "Opaque Whiteout". */
export const opaqueName = ".wh..wh..opq"
