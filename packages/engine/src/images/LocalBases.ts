import { BaseResolver, type BaseResolverShape, BaseUnavailable } from "@gantry/build/solve/BaseResolver"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ensureImage } from "./ensure-image.ts"
import { Images } from "./Images.ts"

/** Base images out of the local store: a local image wins, and nothing is asked of a network. */
export const make: Effect.Effect<BaseResolverShape, never, Images> = Effect.map(Images, (images) => ({
  resolve: (reference, platform) =>
    ensureImage(reference, platform).pipe(
      Effect.provideService(Images, images),
      Effect.map(({ config, record }) => ({ digest: record.id, config, stack: record.stack })),
      Effect.mapError(
        (cause) =>
          new BaseUnavailable({
            reference,
            why:
              cause._tag === "NoSuchImage"
                ? `it is not in the local store${cause.near.length === 0 ? "" : `; did you mean ${cause.near.join(" or ")}?`}`
                : cause.message,
            cause
          })
      )
    )
}))

/** The service as an Effect layer. */
export const layer = Layer.effect(BaseResolver, make)
