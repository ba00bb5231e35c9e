import type { Descriptor } from "@gantry/core/image/Descriptor"
import { type Digest, hasher } from "@gantry/core/image/Digest"
import * as ImageRef from "@gantry/core/image/ImageRef"
import { localPlace, shown } from "@gantry/core/image/ImageSource"
import * as MediaType from "@gantry/core/image/MediaType"
import type { ManifestBytes, RegistryDriver, Uploaded } from "@gantry/core/registry/Registry"
import { ImageNotFound, RegistryRefused, SeveralImages } from "@gantry/core/registry/RegistryError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { readWhole } from "./archive-content.ts"
import { archivePlace } from "./ArchivePlace.ts"
import { folderPlace } from "./FolderPlace.ts"
import { entriesOf, fullName, onlyOf, readObject, shownName, withImage, writeIndex } from "./layout-index.ts"
import type { Place, Readable } from "./Place.ts"
import { type PlaceError, placeFailure } from "./place-error.ts"

/** Bytes that are read at once. */
const pieceSize = 256 * 1024

/** OCI layout folders, archives of them, and what `docker save` writes, each as one registry. */
export const makeDriver: Effect.Effect<RegistryDriver> = Effect.sync(() => {
  const places = new Map<string, Place>()
  const placeOf = ({ registry }: Pick<ImageRef.ImageRef, "registry">): Place => {
    const known = places.get(registry)
    if (known !== undefined) return known
    const local = localPlace({ registry })
    if (local === undefined) throw new TypeError(`${registry} is no place on this machine`)
    const { kind, path } = local
    const place = kind === "oci" ? folderPlace(registry, path) : archivePlace(registry, path, kind === "docker-archive")
    places.set(registry, place)
    return place
  }

  return {
    manifest: (ref) => Effect.scoped(manifestOf(placeOf(ref), ref)),
    fetch: (ref, digest, offset) =>
      Stream.unwrapScoped(
        Effect.flatMap(placeOf(ref).open(digest), (blob) =>
          blob === undefined
            ? Effect.fail(new ImageNotFound({ reference: `${ref.registry}@${digest}` }))
            : Effect.succeed(piecesOf(ref.registry, blob, offset))
        )
      ),
    hasBlob: (ref, digest) => Effect.scoped(Effect.map(placeOf(ref).open(digest), (blob) => blob !== undefined)),
    push: (ref, { digest }, bytes) => Effect.asVoid(store(placeOf(ref), ref, bytes, digest)),
    upload: (ref, bytes) => store(placeOf(ref), ref, bytes, undefined),
    mount: (ref, digest) => Effect.scoped(Effect.map(placeOf(ref).open(digest), (blob) => blob !== undefined)),
    tag: (given, { bytes, mediaType }) =>
      Effect.gen(function* () {
        const ref = asNamed(given)
        const place = placeOf(ref)
        const { digest, size } = yield* store(place, ref, Stream.make(bytes), undefined)
        // A manifest under its digest alone is part of an index that is about to come.
        if (ref.tag === undefined && ref.digest !== undefined) return
        yield* place.change((index) => withImage(index, { mediaType, digest, size }, ref))
      }),
    tags: (ref) =>
      Effect.map(placeOf(ref).index, (index) => {
        const names =
          ref.repository === ""
            ? index.entries.map(shownName)
            : entriesOf(index, { repository: ref.repository }).flatMap((entry) => fullName(entry)?.tag ?? [])
        return [...new Set(names)].toSorted()
      }),
    together: (ref, effect, options) => placeOf(ref).together(effect, options?.replace === true)
  }
})

/** In an archive of docker save an image has a whole name or none: a word is a name there, and no tag. */
const asNamed = (ref: ImageRef.ImageRef): ImageRef.ImageRef => {
  if (ref.repository !== "" || ref.tag === undefined || localPlace(ref)?.kind !== "docker-archive") return ref
  const read = ImageRef.parse(ref.tag)
  if (Either.isLeft(read) || read.right.tag === undefined) return ref
  return { ...ref, repository: `${read.right.registry}/${read.right.repository}`, tag: read.right.tag }
}

const manifestOf = (place: Place, ref: ImageRef.ImageRef) =>
  Effect.gen(function* () {
    const failed = placeFailure(ref.registry)
    const missing = new ImageNotFound({ reference: shown(ref) })
    const load = (digest: Digest, mediaType: string | undefined) =>
      Effect.gen(function* () {
        const blob = yield* place.open(digest)
        if (blob === undefined) return yield* missing
        const bytes = yield* Effect.tryPromise({ try: () => readWhole("a manifest", blob), catch: failed })
        const type = yield* Effect.try({ try: () => mediaType ?? typeOf(bytes), catch: failed })
        return { mediaType: type, bytes } satisfies ManifestBytes
      })
    if (ref.digest !== undefined) {
      // Manifests of an index inside the index are not listed: what they say of themselves has to do.
      const listed = yield* Effect.option(place.index)
      const entry = Option.getOrUndefined(listed)?.entries.find(({ digest }) => digest === ref.digest)
      return yield* load(ref.digest, entry?.mediaType)
    }
    const index = yield* place.index
    const found = onlyOf(entriesOf(index, ref))
    switch (found.type) {
      case "none":
        return yield* missing
      case "several": {
        const names = [...new Set(entriesOf(index, ref).map(shownName))].toSorted()
        return yield* new SeveralImages({ place: ref.registry, names })
      }
      case "platforms":
        return { mediaType: MediaType.ociIndex, bytes: writeIndex(found.index) }
      case "image":
        return yield* load(found.entry.digest, found.entry.mediaType)
    }
  })

/** The media type of a manifest that is not listed. Throws `Malformed`. */
const typeOf = (bytes: Uint8Array): string => {
  const { manifests, mediaType } = readObject("a manifest", bytes)
  if (typeof mediaType === "string") return mediaType
  return Array.isArray(manifests) ? MediaType.ociIndex : MediaType.ociManifest
}

const piecesOf = (place: string, blob: Readable, offset: number): Stream.Stream<Uint8Array, PlaceError> => {
  const failed = placeFailure(place)
  return Stream.unfoldEffect(offset, (at) =>
    Effect.map(Effect.tryPromise({ try: () => blob.read(at, pieceSize), catch: failed }), (piece) =>
      piece.length === 0 ? Option.none() : Option.some([piece, at + piece.length] as const)
    )
  )
}

/** Stores bytes as a blob. `expected` is checked before anybody can see them. */
const store = <E>(
  place: Place,
  { registry }: ImageRef.ImageRef,
  bytes: Stream.Stream<Uint8Array, E>,
  expected: Descriptor["digest"] | undefined
): Effect.Effect<Uploaded, E | PlaceError | RegistryRefused> =>
  Effect.scoped(
    Effect.gen(function* () {
      const draft = yield* place.draft
      const seen = hasher()
      yield* Stream.runForEach(bytes, (piece) => {
        if (piece.length === 0) return Effect.void
        seen.update(piece)
        return draft.append(piece)
      })
      const digest = seen.digest()
      if (expected !== undefined && expected !== digest) {
        const detail = `expected ${expected}, received ${digest}`
        return yield* new RegistryRefused({ registry, code: "DIGEST_INVALID", detail })
      }
      yield* draft.publish(digest)
      return { digest, size: seen.size() }
    })
  )
