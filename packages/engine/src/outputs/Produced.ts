import type { BuildResult } from "@gantry/build/solve/BuildResult"
import type { Platform } from "@gantry/core/image/Platform"
import type { Attestation } from "../attest/Attestation.ts"
import type { ImageDocuments } from "../images/commit-image.ts"

/** What a build made for one platform: an image whose layers are in the store, and that has no name yet. */
export interface Produced extends Pick<BuildResult, "config" | "stack"> {
  /** As it was asked for. */
  readonly platform: Platform
  /** What is said of it where it is sent; nothing in the store, which is where it was made. */
  readonly attestations?: ReadonlyArray<Attestation>
}

/** The same with its documents, which are not stored yet either. */
export interface Prepared extends Produced {
  readonly documents: ImageDocuments
}
