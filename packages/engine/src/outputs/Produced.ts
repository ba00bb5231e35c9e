import type { BuildResult } from "@gantry/build/solve/BuildResult"
import type { Platform } from "@gantry/core/image/Platform"
import type { ImageDocuments } from "../images/commit-image.ts"

/** What a build made for one platform: an image whose layers are in the store, and that has no name yet. */
export interface Produced extends Pick<BuildResult, "config" | "stack"> {
  /** As it was asked for. */
  readonly platform: Platform
}

/** The same with its documents, which are not stored yet either. */
export interface Prepared extends Produced {
  readonly documents: ImageDocuments
}
