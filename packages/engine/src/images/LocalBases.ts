import { type BaseImage, BaseResolver, type BaseResolverShape, BaseUnavailable } from "@gantry/build/solve/BaseResolver"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { PullServices } from "../verbs/pull.ts"
import { type EnsureError, ensureImage, type EnsureOptions } from "./ensure-image.ts"
import type { ReadyImage } from "./image-for-platform.ts"
import { Images } from "./Images.ts"

/**
 * Base images out of the local store, and out of registries as far as the policy says: unless it says otherwise a local
 * image wins, and nothing is asked of a network.
 */
export const make = (options: EnsureOptions): Effect.Effect<BaseResolverShape, never, PullServices> =>
  Effect.map(Effect.context<PullServices>(), (services) => ({
    resolve: (reference, platform) =>
      ensureImage(reference, platform, options).pipe(
        // Said now and not at the end: nothing is pruned that was used after a build began.
        Effect.tap(({ record }) =>
          Effect.flatMap(Clock.currentTimeMillis, (now) =>
            Effect.flatMap(Images, (images) => images.touch(record.id, now))
          )
        ),
        Effect.provide(services),
        Effect.map(baseOf),
        Effect.mapError((cause) => new BaseUnavailable({ reference, why: whyOf(cause), cause }))
      )
  }))

/** Base images as they are in the local store, without saying that they were used: for builds that only look. */
export const peek: Effect.Effect<BaseResolverShape, never, PullServices> = Effect.map(
  Effect.context<PullServices>(),
  (services) => ({
    resolve: (reference, platform) =>
      ensureImage(reference, platform, { policy: "never" }).pipe(
        Effect.provide(services),
        Effect.map(baseOf),
        Effect.mapError((cause) => new BaseUnavailable({ reference, why: whyOf(cause), cause }))
      )
  })
)

const baseOf = ({ config, record }: ReadyImage): BaseImage => ({ digest: record.id, config, stack: record.stack })

const whyOf = (cause: EnsureError): string => {
  switch (cause._tag) {
    case "NoSuchImage": {
      const near = cause.near.length === 0 ? "" : `; did you mean ${cause.near.join(" or ")}?`
      return `${cause.why ?? "it is not in the local store"}${near}`
    }
    case "ImageNotFound":
      return "neither the local store nor the registry has it"
    case "NoSuchPlatform":
      return `it is not made for ${cause.wanted}, only for ${cause.available.join(", ")}`
    default:
      return cause.message
  }
}

/** The service as an Effect layer. */
export const layer = (options: EnsureOptions) => Layer.effect(BaseResolver, make(options))
