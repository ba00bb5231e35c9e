import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type { Digest } from "@gantry/core/image/Digest"
import type { ImageConfig } from "@gantry/core/image/ImageConfig"
import type { Platform } from "@gantry/core/image/Platform"
import type { Stack } from "@gantry/core/store/LayerStore"

/** An image to build on or to copy from, whose layers are in the layer store. */
export interface BaseImage {
  /** The image ID: digest of its config. Keys are made of it. */
  readonly digest: Digest
  readonly config: ImageConfig
  /** Its layers, base first. */
  readonly stack: Stack
}

/** The image cannot be had: the name is wrong, the registry refuses, it is not made for the platform. */
export class BaseUnavailable extends Data.TaggedError("BaseUnavailable")<{
  readonly reference: string
  /** One sentence without a full stop. */
  readonly why: string
  readonly cause?: unknown
}> {
  override get message() {
    return `${this.reference}: ${this.why}`
  }
}

/** Finds the images a Dockerfile names, pulling them if the caller's policy says so. */
export interface BaseResolverShape {
  /** `reference` is as written in the Dockerfile, variables expanded. A solver asks once for each name and platform. */
  readonly resolve: (reference: string, platform: Platform) => Effect.Effect<BaseImage, BaseUnavailable>
}

/** The service tag of {@link BaseResolverShape}. */
export class BaseResolver extends Context.Tag("@gantry/build/BaseResolver")<BaseResolver, BaseResolverShape>() {}
