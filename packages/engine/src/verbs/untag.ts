import * as ImageRef from "@gantry/core/image/ImageRef"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { type AmbiguousId, type BadImageName, NoSuchImage } from "../EngineError.ts"
import { Images, parseName } from "../images/Images.ts"

/**
 * Takes names away from an image, all of them when none is given. The image itself stays, also without a name. Fails with
 * `NoSuchImage` for a name that the image does not have, before any is taken away.
 */
export const untag = (
  text: string,
  names: ReadonlyArray<string>
): Effect.Effect<void, AmbiguousId | BadImageName | NoSuchImage | StorageFailure, Images> =>
  Effect.gen(function* () {
    const images = yield* Images
    const image = yield* images.find(text)
    const given = yield* Effect.forEach(names, parseName)
    const foreign = given.find((ref) => ref.digest !== undefined || !image.names.includes(ImageRef.format(ref)))
    if (foreign !== undefined) {
      const near = image.names
        .map(ImageRef.parse)
        .filter(Either.isRight)
        .map(({ right }) => ImageRef.familiar(right))
      const why = `the image ${text} does not have this name`
      return yield* new NoSuchImage({ reference: ImageRef.familiar(foreign), near, why })
    }
    const all = image.names
      .map(ImageRef.parse)
      .filter(Either.isRight)
      .map(({ right }) => right)
    yield* Effect.forEach(names.length === 0 ? all : given, images.untag, { discard: true })
  })
