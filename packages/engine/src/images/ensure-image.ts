import { format, matches, type Platform } from "@gantry/core/image/Platform"
import type { ImageConfig } from "@gantry/core/image/ImageConfig"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import {
  type AmbiguousId,
  type BadImageName,
  type ImageBroken,
  type NoSuchImage,
  WrongPlatform
} from "../EngineError.ts"
import { type ImageRecord, Images } from "./Images.ts"

/** The image a user named, ready to be run or built on. */
export interface ReadyImage {
  readonly record: ImageRecord
  readonly config: ImageConfig
}

/** Finds a local image and checks that it is for the platform that was asked for. */
export const ensureImage = (
  reference: string,
  platform: Platform | undefined
): Effect.Effect<
  ReadyImage,
  NoSuchImage | AmbiguousId | BadImageName | ImageBroken | WrongPlatform | StorageFailure,
  Images
> =>
  Effect.gen(function* () {
    const images = yield* Images
    const record = yield* images.find(reference)
    const config = yield* images.config(record)
    if (platform !== undefined && !matches(config, platform)) {
      return yield* new WrongPlatform({ reference, wanted: format(platform), found: format(config) })
    }
    return { record, config }
  })
