import * as ImageRef from "@gantry/core/image/ImageRef"
import { localPlace, parse as parseSource } from "@gantry/core/image/ImageSource"
import type { Platform } from "@gantry/core/image/Platform"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import {
  type AmbiguousId,
  type BadImageName,
  type ImageBroken,
  NoSuchImage,
  type WrongPlatform
} from "../EngineError.ts"
import type { PullServices } from "../verbs/pull.ts"
import { phase } from "../phase.ts"
import { imageForPlatform, type ReadyImage } from "./image-for-platform.ts"
import { Images, parseName } from "./Images.ts"
import type { PullError } from "./PullError.ts"
import type { PullListener } from "./PullEvent.ts"

/**
 * When the registry is asked: when the image is not here, every time, not at all; `newer` asks every time and makes do
 * with a local image when that fails.
 */
export type EnsurePolicy = "always" | "missing" | "never" | "newer"

/** How an image that may have to be fetched is looked for. */
export interface EnsureOptions {
  readonly policy: EnsurePolicy
  /** Loads who listens, when there is something to be heard. */
  readonly listen?: () => Promise<PullListener>
  /** Called before the registry is asked for an image that is not here, with its name as people write it. */
  readonly onMissing?: (name: string) => void
  /** Absolute directory that `oci:PATH` and its kin start from; without it they are no names. */
  readonly cwd?: string
}

/** How {@link ensureImage} can fail. */
export type EnsureError = AmbiguousId | BadImageName | ImageBroken | NoSuchImage | PullError | StorageFailure

/**
 * Finds the image that a user named, for a platform when one is given. A local image wins without any network unless the
 * policy says otherwise; one for another platform does not count. What lies in a folder or an archive is read every time.
 */
export const ensureImage = (
  reference: string,
  platform: Platform | undefined,
  options: EnsureOptions
): Effect.Effect<ReadyImage, EnsureError, PullServices> =>
  Effect.gen(function* () {
    const images = yield* Images
    const place = placeOf(reference, options.cwd)
    if (place !== undefined) return yield* fetched(place, platform, options)
    const local = Effect.flatMap(images.find(reference), (record) => imageForPlatform(reference, record, platform))
    switch (options.policy) {
      case "never":
        return yield* Effect.catchTag(local, "NoSuchImage", ({ near }) =>
          Effect.fail(
            new NoSuchImage({ reference, near, why: "it is not in the local store, and was not to be fetched" })
          )
        )
      case "always":
        return yield* fetched(yield* parseName(reference), platform, options)
      case "newer":
        return yield* Effect.catchAll(fetched(yield* parseName(reference), platform, options), (problem) =>
          Effect.catchAll(local, () => Effect.fail(problem))
        )
      case "missing":
        return yield* Effect.catchTags(local, {
          NoSuchImage: (missing) =>
            Effect.flatMap(parseName(reference), (ref) => {
              options.onMissing?.(ImageRef.familiar(ref))
              return Effect.mapError(fetched(ref, platform, options), alsoNear(missing, ref))
            }),
          // An ID means one image, whatever it was made for; a name can mean another one for each platform.
          WrongPlatform: (wrong) =>
            Either.match(ImageRef.parse(reference), {
              onLeft: () => Effect.fail(wrong),
              onRight: (ref) =>
                Effect.flatMap(images.find(reference), ({ digests, names }) =>
                  [...names, ...digests].includes(ImageRef.format(ref))
                    ? Effect.mapError(fetched(ref, platform, options), alsoElsewhere(wrong))
                    : Effect.fail(wrong)
                )
            })
        })
    }
  })

/** Whether a name is that of a folder or an archive. */
export const namesPlace = (reference: string, cwd: string | undefined): boolean => placeOf(reference, cwd) !== undefined

const placeOf = (reference: string, cwd: string | undefined): ImageRef.ImageRef | undefined => {
  if (cwd === undefined) return undefined
  const ref = Either.getOrUndefined(parseSource(reference, cwd))
  return ref === undefined || localPlace(ref) === undefined ? undefined : ref
}

/** Asks the registry, and finds what came of it. The code for that is loaded now: a `run` of a local image has no use for it. */
const fetched = (
  ref: ImageRef.ImageRef,
  platform: Platform | undefined,
  { listen }: EnsureOptions
): Effect.Effect<ReadyImage, EnsureError, PullServices> =>
  Effect.gen(function* () {
    const { pull } = yield* Effect.promise(() => import("../verbs/pull.ts"))
    const listener = listen === undefined ? undefined : yield* Effect.promise(listen)
    const { image } = yield* pull(ref, {
      ...(platform === undefined ? {} : { platform }),
      ...(listener === undefined ? {} : { onEvent: listener.onEvent })
    }).pipe(Effect.ensuring(Effect.sync(() => listener?.finish())))
    const images = yield* Images
    const record = yield* images.find(image.id)
    return { record, config: yield* images.config(record) }
  }).pipe(phase("pull"))

/** Whoever has the image for another platform hears of that, and not only of a registry that nobody may have meant. */
const alsoElsewhere =
  ({ found, reference, wanted }: WrongPlatform) =>
  (problem: EnsureError): EnsureError =>
    problem._tag === "ImageNotFound" || problem._tag === "LoginRequired" || problem._tag === "RegistryUnavailable"
      ? new NoSuchImage({
          reference,
          near: [],
          why: `the local store has it for ${found} only, not for ${wanted}, and ${problem.message}`
        })
      : problem

/** Whoever mistyped the name of a local image hears of it, not only of a registry that has never heard of it. */
const alsoNear =
  ({ near, reference }: NoSuchImage, { registry }: ImageRef.ImageRef) =>
  (problem: EnsureError): EnsureError => {
    if (near.length === 0) return problem
    if (problem._tag === "ImageNotFound" || problem._tag === "LoginRequired") {
      return new NoSuchImage({
        reference,
        near,
        why: `it is not in the local store, and ${registry} does not have it or does not show it`
      })
    }
    if (problem._tag !== "RegistryUnavailable") return problem
    return new NoSuchImage({ reference, near, why: `it is not in the local store, and ${problem.message}` })
  }
