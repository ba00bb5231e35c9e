import { type BaseImage, type BaseResolverShape, BaseUnavailable } from "@gantry/build/solve/BaseResolver"
import * as ImageRef from "@gantry/core/image/ImageRef"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { Images, type ImagesShape } from "../images/Images.ts"
import { imageInput, lockedAs, type LockedInput, type LockFile, type RemoteInput } from "./LockFile.ts"

/** What a lock file is called by those who are told of it, and what it says. */
export interface OpenLock {
  readonly path: string
  readonly inputs: LockFile
  /** What it does not name is taken as it is now, and written into it. */
  readonly grows: boolean
}

/** Takes in what an input of a build is. */
export type NoteInput = (input: LockedInput) => void

/** Finds images as a lock file says, whatever their names mean now. Images that were made here are nobody else's to move. */
export const lockedBases = (
  { resolve }: BaseResolverShape,
  { grows, inputs, path }: OpenLock
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
        if (grows) return yield* resolve(reference, platform)
        const here = yield* Effect.option(images.find(reference))
        if (Option.exists(here, ({ digests }) => digests.length === 0)) return yield* resolve(reference, platform)
        return yield* new BaseUnavailable({ reference, why: notLocked(path) })
      })
  }))

/** Why something is not taken from elsewhere. */
export const notLocked = (path: string): string =>
  `${path} does not say which one it is, and --locked takes no other; gantry lock update adds it`

/** Finds images as ever, and shows each that a name led to, with what registries call it. */
const seenBases = (
  { resolve }: BaseResolverShape,
  see: (input: RemoteInput, digests: ReadonlyArray<string>, found: BaseImage) => void
): Effect.Effect<BaseResolverShape, never, Images> =>
  Effect.map(Images, (images) => ({
    resolve: (reference, platform) =>
      Effect.tap(resolve(reference, platform), (found) =>
        Effect.gen(function* () {
          const input = imageInput(reference)
          if (input !== undefined) see(input, yield* digestsOf(images, found), found)
        })
      )
  }))

/**
 * Finds images as ever, and tells by which digest of a registry each name was found. `pinned`: told of names that say by a
 * digest what they mean.
 */
export const notedBases = (
  bases: BaseResolverShape,
  note: NoteInput,
  pinned: NoteInput = () => {}
): Effect.Effect<BaseResolverShape, never, Images> =>
  Effect.map(
    seenBases(bases, (input, digests) => {
      const is = digestOf(input, digests)
      if (is !== undefined) note({ ...input, is })
    }),
    ({ resolve }) => ({
      resolve: (reference, platform) =>
        Effect.tap(resolve(reference, platform), () =>
          Effect.sync(() => {
            const ref = Either.getOrUndefined(ImageRef.parse(reference.replace(/^docker:\/\//, "")))
            if (ref?.digest !== undefined) pinned({ kind: "image", source: ImageRef.format(ref), is: ref.digest })
          })
        )
    })
  )

/** Finds images as ever, and says of each that is not what it should be. `digests`: what registries call the one found. */
export const watchedBases = (
  bases: BaseResolverShape,
  expected: (input: RemoteInput, digests: ReadonlyArray<string>) => string | undefined,
  moved: (input: RemoteInput, place: { readonly is: string; readonly now: string }) => void
): Effect.Effect<BaseResolverShape, never, Images> =>
  seenBases(bases, (input, digests, found) => {
    const is = expected(input, digests)
    if (is === undefined || digests.some((each) => each.endsWith(`@${is}`))) return
    moved(input, { is, now: digestOf(input, digests) ?? found.digest })
  })

/** As `repository@digest`: what registries call an image. */
const digestsOf = (images: ImagesShape, { digest }: BaseImage): Effect.Effect<ReadonlyArray<string>> =>
  Effect.map(Effect.option(images.find(digest)), Option.match({ onNone: () => [], onSome: ({ digests }) => digests }))

/** What the registry of a name calls the image; undefined when the image is not known to be from there. */
const digestOf = ({ source }: RemoteInput, digests: ReadonlyArray<string>): string | undefined => {
  const found = digests.find((each) => source.startsWith(`${each.slice(0, each.indexOf("@"))}:`))
  return found?.slice(found.indexOf("@") + 1)
}

/** A sentence for who builds with something else than what the lock file says. */
export const differs = (
  what: string,
  now: string,
  { is, path }: { readonly is: string; readonly path: string }
): string =>
  `${what} is ${now} now, and ${path} says ${is}: --locked builds with that one, gantry lock update writes the new one down`
