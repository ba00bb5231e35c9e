import type { Digest } from "@gantry/core/image/Digest"
import { familiar, type ImageRef } from "@gantry/core/image/ImageRef"
import { inPlace, localPlace } from "@gantry/core/image/ImageSource"
import { format, type Platform } from "@gantry/core/image/Platform"
import { type ManifestBytes, Registry } from "@gantry/core/registry/Registry"
import { LocalPlaceFailed, type RegistryError } from "@gantry/core/registry/RegistryError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { imageEvent } from "../events/actors.ts"
import { record as tell } from "../events/Journal.ts"
import { indexBeside } from "../images/beside-platforms.ts"
import { keepDocuments } from "../images/commit-image.ts"
import type { FetchOptions } from "../images/fetch-layer.ts"
import { Images } from "../images/Images.ts"
import { localNames } from "../images/local-name.ts"
import { readManifest } from "../images/read-manifest.ts"
import type { PullError } from "../images/PullError.ts"
import { pull, type Pulled, type PullServices } from "./pull.ts"

/** How images are loaded. */
export interface LoadOptions extends FetchOptions {
  /** Which image of those that are made for several platforms; all when absent. */
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
 * be used stay. Of an image of several platforms all that are there are loaded, unless one is asked for.
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
    const found = new Map<
      Digest,
      { readonly ref: ImageRef; readonly bytes: ManifestBytes; names: ReadonlyArray<ImageRef> }
    >()
    for (const name of listed) {
      const ref = yield* Either.mapLeft(
        inPlace(place, name),
        ({ why }) => new LocalPlaceFailed({ place, reason: "Malformed", why: `${name}: ${why}` })
      )
      const resolved = yield* registry.resolve(ref)
      const { digest } = resolved.descriptor
      const names = namesOf(ref, listed, options.nameless === true)
      const known = found.get(digest)
      if (known === undefined) found.set(digest, { ref, bytes: resolved, names })
      else known.names = [...known.names, ...names]
    }
    const each = yield* Effect.forEach([...found.values()], ({ bytes, names, ref }) =>
      Effect.gen(function* () {
        const platforms = options.platform === undefined ? yield* platformsIn(place, bytes) : []
        const loaded =
          platforms.length === 0 ? [yield* one(ref, names, options)] : yield* several(ref, names, platforms, options)
        for (const { image } of loaded) {
          const [name] = names
          yield* tell(imageEvent("load", image.id, name === undefined ? image.id : familiar(name), image.labels))
        }
        // A name is told once, whatever it leads to.
        return loaded.slice(0, names.length > 0 ? 1 : undefined).map(({ image: { id } }) => ({ id, names }))
      })
    )
    return each.flat()
  })

const one = (ref: ImageRef, names: ReadonlyArray<ImageRef>, options: LoadOptions) => pull(ref, { ...options, names })

/** Loads what is there of an image of several platforms, and lets its names lead to all of it. */
const several = (
  ref: ImageRef,
  names: ReadonlyArray<ImageRef>,
  platforms: ReadonlyArray<Platform>,
  options: LoadOptions
): Effect.Effect<ReadonlyArray<Pulled>, PullError, PullServices> =>
  Effect.gen(function* () {
    const loaded = yield* Effect.forEach(platforms, (platform) => pull(ref, { ...options, platform, names: [] }))
    const [first] = loaded
    const images = yield* Images
    if (loaded.length === 1 && first !== undefined) {
      yield* images.put(first.image, names)
      return loaded
    }
    const all = loaded.flatMap(({ image }, at) => {
      const platform = platforms[at]
      return platform === undefined ? [] : [{ image, platform }]
    })
    const { bytes, index } = indexBeside(all)
    yield* keepDocuments([bytes])
    yield* images.putIndex(index, names)
    return loaded
  })

/** The platforms of an index whose images are in the place, each once; none for an image that is not in an index. */
const platformsIn = (
  place: string,
  bytes: ManifestBytes
): Effect.Effect<ReadonlyArray<Platform>, RegistryError, Registry> =>
  Effect.gen(function* () {
    const registry = yield* Registry
    const kind = Either.getOrUndefined(readManifest(bytes))
    if (kind?.type !== "index") return []
    const there = yield* Effect.filter(kind.entries, ({ digest }) =>
      registry.hasBlob({ registry: place, repository: "" }, digest)
    )
    return [
      ...new Map(
        there.flatMap(({ platform }) => (platform === undefined ? [] : [[format(platform), platform] as const]))
      ).values()
    ]
  })

const namesOf = (ref: ImageRef, listed: ReadonlyArray<string>, nameless: boolean): ReadonlyArray<ImageRef> => {
  // An archive of docker save has complete names or none.
  const places = ref.repository === "" && (nameless || localPlace(ref)?.kind === "docker-archive")
  return places ? [] : localNames(ref, listed)
}
