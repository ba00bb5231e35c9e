import type { Digest } from "@gantry/core/image/Digest"
import { familiar, type ImageRef } from "@gantry/core/image/ImageRef"
import { inPlace, localPlace } from "@gantry/core/image/ImageSource"
import type { Platform } from "@gantry/core/image/Platform"
import { Registry } from "@gantry/core/registry/Registry"
import { LocalPlaceFailed } from "@gantry/core/registry/RegistryError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { imageEvent } from "../events/actors.ts"
import { record as tell } from "../events/Journal.ts"
import type { FetchOptions } from "../images/fetch-layer.ts"
import { localNames } from "../images/local-name.ts"
import type { PullError } from "../images/PullError.ts"
import { pull, type PullServices } from "./pull.ts"

/** How images are loaded. */
export interface LoadOptions extends FetchOptions {
  /** Which image of those that are made for several platforms. */
  readonly platform?: Platform
  /** Where the images lie says nothing, as with what comes through a pipe: only complete names are names. */
  readonly nameless?: boolean
}

/** An image that is in the store now. */
export interface LoadedImage {
  readonly id: Digest
  /** The names it has got; none for an image that had none in the archive. */
  readonly names: ReadonlyArray<ImageRef>
}

/**
 * Takes all images of a folder or an archive into the store, with their names. Images that come before one that cannot
 * be used stay.
 *
 * `place` as references to places on this machine call it: `docker-archive:/srv/app.tar`.
 */
export const load = (
  place: string,
  options: LoadOptions = {}
): Effect.Effect<ReadonlyArray<LoadedImage>, PullError, PullServices> =>
  Effect.gen(function* () {
    const registry = yield* Registry
    const listed = yield* registry.tags({ registry: place, repository: "" })
    if (listed.length === 0) {
      return yield* new LocalPlaceFailed({ place, reason: "Malformed", why: "there are no images in it" })
    }
    const found = new Map<Digest, { readonly ref: ImageRef; names: ReadonlyArray<ImageRef> }>()
    for (const name of listed) {
      const ref = yield* Either.mapLeft(
        inPlace(place, name),
        ({ why }) => new LocalPlaceFailed({ place, reason: "Malformed", why: `${name}: ${why}` })
      )
      const { digest } = (yield* registry.resolve(ref)).descriptor
      const names = namesOf(ref, listed, options.nameless === true)
      const known = found.get(digest)
      if (known === undefined) found.set(digest, { ref, names })
      else known.names = [...known.names, ...names]
    }
    return yield* Effect.forEach([...found.values()], ({ names, ref }) =>
      Effect.gen(function* () {
        const { image } = yield* pull(ref, { ...options, names })
        const [name] = names
        yield* tell(imageEvent("load", image.id, name === undefined ? image.id : familiar(name), image.labels))
        return { id: image.id, names }
      })
    )
  })

const namesOf = (ref: ImageRef, listed: ReadonlyArray<string>, nameless: boolean): ReadonlyArray<ImageRef> => {
  // An archive of docker save has complete names or none.
  const places = ref.repository === "" && (nameless || localPlace(ref)?.kind === "docker-archive")
  return places ? [] : localNames(ref, listed)
}
