import { arch } from "node:os"
import { type Digest, ofBytes } from "@gantry/core/image/Digest"
import * as ImageRef from "@gantry/core/image/ImageRef"
import { ofMachine, type Platform } from "@gantry/core/image/Platform"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { indexOf } from "../outputs/image-index.ts"
import { suits } from "./choose-platform.ts"
import { Images } from "./Images.ts"
import type { NewImage, NewIndex } from "./ImageRecord.ts"

/** What a name leads to when there are several platforms of it. */
export interface Beside {
  readonly index: NewIndex
  /** Of the index; to be stored before it is recorded. */
  readonly bytes: Uint8Array
}

/** An image, and what it is for. */
export interface PlatformImage {
  readonly image: NewImage
  readonly platform: Platform
}

/** The index of images for different platforms, the one that suits this machine best first, else the first one. */
export const indexBeside = (images: ReadonlyArray<PlatformImage>): Beside => {
  const machine = ofMachine(arch())
  const rank = ({ platform }: PlatformImage): number => suits(platform, machine) ?? 0
  const all = images.toSorted((a, b) => rank(b) - rank(a))
  const entries = all.map(({ image, platform }) => ({
    mediaType: image.manifestType,
    digest: image.manifest,
    size: image.manifestSize,
    platform
  }))
  const { bytes } = indexOf(entries, [])
  return { index: { digest: ofBytes(bytes), size: bytes.length, images: all.map(({ image }) => image) }, bytes }
}

/**
 * What a name is to lead to when an image was pulled for it: this one, beside those for other platforms that the registry
 * had under the same digest when they came from there. Undefined when there are none.
 */
export const besidePlatforms = (
  name: ImageRef.ImageRef,
  image: NewImage,
  platform: Platform,
  through: Digest
): Effect.Effect<Beside | undefined, StorageFailure, Images> =>
  Effect.gen(function* () {
    const images = yield* Images
    const { registry, repository } = name
    const origin = ImageRef.format({ registry, repository, digest: through })
    const known = (yield* images.named(name)).filter(({ digests, id }) => id !== image.id && digests.includes(origin))
    // One that is broken is not what this is about.
    const configs = yield* Effect.forEach(known, (record) => Effect.option(images.config(record)))
    const others = known.flatMap((record, at) => {
      const config = configs[at] ?? Option.none()
      return Option.isSome(config) ? [{ image: record as NewImage, platform: config.value as Platform }] : []
    })
    return others.length === 0 ? undefined : indexBeside([{ image, platform }, ...others])
  })
