import { type BaseResolverShape, BaseUnavailable } from "@gantry/build/solve/BaseResolver"
import * as ImageRef from "@gantry/core/image/ImageRef"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { Images } from "../images/Images.ts"
import { imageInput, lockedAs, type LockFile } from "./LockFile.ts"

/** What a lock file is called by those who are told of it, and what it says. */
export interface OpenLock {
  readonly path: string
  readonly inputs: LockFile
}

/** Finds images as a lock file says, whatever their names mean now. Images that were made here are nobody else's to move. */
export const lockedBases = (
  { resolve }: BaseResolverShape,
  { inputs, path }: OpenLock
): Effect.Effect<BaseResolverShape, never, Images> =>
  Effect.map(Images, (images) => ({
    resolve: (reference, platform) =>
      Effect.gen(function* () {
        const input = imageInput(reference)
        if (input === undefined) return yield* resolve(reference, platform)
        const is = lockedAs(inputs, input)
        const ref = Either.getOrUndefined(ImageRef.parse(input.source))
        if (is !== undefined && ref !== undefined) {
          return yield* resolve(`${ref.registry}/${ref.repository}@${is}`, platform)
        }
        const here = yield* Effect.option(images.find(reference))
        if (Option.exists(here, ({ digests }) => digests.length === 0)) return yield* resolve(reference, platform)
        return yield* new BaseUnavailable({ reference, why: notLocked(path) })
      })
  }))

/** Why something is not taken from elsewhere. */
export const notLocked = (path: string): string =>
  `${path} does not say which one it is, and --locked takes no other; gantry lock update adds it`

/** Finds images as ever, and says of which a lock file means another one. */
export const watchedBases = (
  { resolve }: BaseResolverShape,
  { inputs, path }: OpenLock,
  warn: (text: string) => void
): Effect.Effect<BaseResolverShape, never, Images> =>
  Effect.map(Images, (images) => ({
    resolve: (reference, platform) =>
      Effect.tap(resolve(reference, platform), (found) =>
        Effect.gen(function* () {
          const input = imageInput(reference)
          const is = lockedAs(inputs, input)
          if (input === undefined || is === undefined) return
          const record = yield* Effect.option(images.find(found.digest))
          const digests = Option.match(record, { onNone: () => [], onSome: (each) => each.digests })
          if (digests.some((each) => each.endsWith(`@${is}`))) return
          const other = digests.find((each) => input.source.startsWith(`${each.slice(0, each.indexOf("@"))}:`))
          warn(
            differs(ImageRef.familiarOf(reference), other?.slice(other.indexOf("@") + 1) ?? found.digest, { is, path })
          )
        })
      )
  }))

/** A sentence for who builds with something else than what the lock file says. */
export const differs = (
  what: string,
  now: string,
  { is, path }: { readonly is: string; readonly path: string }
): string =>
  `${what} is ${now} now, and ${path} says ${is}: --locked builds with that one, gantry lock update writes the new one down`
