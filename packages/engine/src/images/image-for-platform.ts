import type { ImageConfig } from "@gantry/core/image/ImageConfig"
import * as ImageRef from "@gantry/core/image/ImageRef"
import { format, type Platform } from "@gantry/core/image/Platform"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { type ImageBroken, WrongPlatform } from "../EngineError.ts"
import { suits } from "./choose-platform.ts"
import { Images } from "./Images.ts"
import type { ImageRecord } from "./ImageRecord.ts"

/** An image, and what it says of itself. */
export interface ReadyImage {
  readonly record: ImageRecord
  readonly config: ImageConfig
}

/**
 * A local image, or the best suited one of those that the same name leads to. An ID means one image, whatever the
 * platform. `record`: what `reference` alone means. Fails with `WrongPlatform`, which names all platforms there are.
 */
export const imageForPlatform = (
  reference: string,
  record: ImageRecord,
  platform: Platform | undefined
): Effect.Effect<ReadyImage, ImageBroken | StorageFailure | WrongPlatform, Images> =>
  Effect.gen(function* () {
    const images = yield* Images
    const config = yield* images.config(record)
    if (platform === undefined || suits(config, platform) !== undefined) return { record, config }
    const ref = Either.getOrUndefined(ImageRef.parse(reference))
    const alone = ref === undefined || (ref.digest === undefined && record.indexes.length === 0)
    const others = alone ? [] : yield* images.named(ref)
    let best: (ReadyImage & { readonly score: number }) | undefined
    const found = new Set([format(config)])
    for (const other of others) {
      const made = yield* images.config(other)
      const score = suits(made, platform)
      found.add(format(made))
      if (score !== undefined && score > (best?.score ?? -1)) best = { record: other, config: made, score }
    }
    if (best !== undefined) return { record: best.record, config: best.config }
    return yield* new WrongPlatform({ reference, wanted: format(platform), found: [...found].join(", ") })
  })
