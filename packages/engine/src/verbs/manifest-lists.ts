import { type Digest, ofBytes } from "@gantry/core/image/Digest"
import * as ImageRef from "@gantry/core/image/ImageRef"
import { Registry } from "@gantry/core/registry/Registry"
import type { Database, DatabaseTooNew } from "@gantry/core/state/Database"
import type { BlobStore } from "@gantry/core/store/BlobStore"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import type { BadImageName } from "../EngineError.ts"
import { Images, parseName } from "../images/Images.ts"
import { findSources, type SourceError } from "../manifests/find-source.ts"
import type { IndexEntry } from "../manifests/IndexEntry.ts"
import {
  annotatedPlatform,
  entryOf,
  isMachine,
  type ListedManifest,
  listDocument,
  type PlatformWish
} from "../manifests/ManifestList.ts"
import { openLists } from "../manifests/ManifestLists.ts"
import { ManifestsRefused } from "../manifests/ManifestsRefused.ts"
import { copyDocument, type CopyImageError } from "./copy-image.ts"
import { type PushError, type PushServices, sendUnnamed } from "./push.ts"

/** How lists that are kept here can fail. */
export type ListError = DatabaseTooNew | ManifestsRefused | StorageFailure

/** What is asked for a new list, or one that grows. */
export interface CreateListRequest {
  readonly list: ImageRef.ImageRef
  readonly sources: ReadonlyArray<ImageRef.ImageRef>
  /** Whether a list of that name may be there already. */
  readonly amend: boolean
}

/**
 * Makes a list of manifests, or adds to one: all sources or none. A source that is in the list already is looked up again;
 * what it was annotated with stays as long as it is the same manifest.
 */
export const createList = ({
  amend,
  list,
  sources
}: CreateListRequest): Effect.Effect<void, ListError | SourceError, BlobStore | Database | Images | Registry> =>
  Effect.gen(function* () {
    if (list.digest !== undefined) {
      return yield* new ManifestsRefused({
        what: `cannot make a list under the digest ${ImageRef.familiar(list)}`,
        why: "what is in it decides its digest",
        hint: "give it a tag: NAME:TAG"
      })
    }
    const lists = yield* openLists
    const name = ImageRef.format(list)
    const there = yield* lists.get(name)
    if (there.length > 0 && !amend) {
      return yield* new ManifestsRefused({
        what: "refusing to amend an existing manifest list with no --amend flag",
        why: `there is a list ${name}`,
        hint: `add to it with --amend, or remove it with gantry manifest rm ${ImageRef.familiar(list)}`
      })
    }
    const found = (yield* Effect.forEach(sources, findSources)).flat()
    const known = new Map(there.map((each) => [each.source, each]))
    const isNew = ({ digest, image, source }: ListedManifest): boolean =>
      known.get(source)?.digest !== digest || known.get(source)?.image !== image
    yield* lists.put(name, found.filter(isNew), replacedBy(found, there))
  })

/** Sources of local images whose names lead to others now, which a list has for the same platforms. */
const replacedBy = (
  found: ReadonlyArray<ListedManifest>,
  there: ReadonlyArray<ListedManifest>
): ReadonlyArray<string> => {
  const meant = (each: ListedManifest): string => {
    const { architecture = "", os = "", variant = "" } = each.platform ?? {}
    return [each.source.replace(/@.*$/, ""), os, architecture, variant].join(" ")
  }
  const isLocal = ({ image, source }: ListedManifest): boolean => image !== undefined && source.includes("@")
  const now = new Map(found.filter(isLocal).map((each) => [meant(each), each.digest]))
  return there
    .filter((each) => isLocal(each) && (now.get(meant(each)) ?? each.digest) !== each.digest)
    .map(({ source }) => source)
}

/** The manifests of a list, sorted by name; none when there is no such list here. */
export const listedManifests = (
  list: ImageRef.ImageRef
): Effect.Effect<ReadonlyArray<ListedManifest>, ListError, Database> =>
  Effect.flatMap(openLists, (lists) => lists.get(ImageRef.format(list)))

/** A manifest of a list, and what both are called by whoever asks for it. */
export interface ListedName {
  readonly list: ImageRef.ImageRef
  readonly source: ImageRef.ImageRef
  readonly called: { readonly list: string; readonly source: string }
}

/** Adds to what a manifest of a list is for. */
export const annotateListed = (
  { called, list, source }: ListedName,
  wish: PlatformWish
): Effect.Effect<void, ListError, Database> =>
  Effect.gen(function* () {
    const lists = yield* openLists
    const name = ImageRef.format(list)
    const all = yield* lists.get(name)
    const listed = all.find((each) => each.source === ImageRef.format(source))
    if (listed === undefined) {
      const ofPlatforms = all.filter((each) => each.source.startsWith(`${ImageRef.format(ImageRef.placeOf(source))}@`))
      return yield* new ManifestsRefused({
        what: `manifest for image ${called.source} does not exist in ${called.list}`,
        hint:
          ofPlatforms.length === 0
            ? `gantry manifest create --amend ${called.list} ${called.source} adds it`
            : `name one of its manifests: ${ofPlatforms.map((each) => ImageRef.familiarOf(each.source)).join(", ")}`
      })
    }
    const platform = annotatedPlatform(listed.platform, wish)
    if (!isMachine(platform)) {
      return yield* new ManifestsRefused({
        what: `manifest entry for image has unsupported os/arch combination: ${platform.os}/${platform.architecture}`,
        hint: "the words are Go's: --os linux --arch arm64"
      })
    }
    yield* lists.put(name, [{ ...listed, platform }])
  })

/** Forgets a list. Fails when there is none. */
export const removeList = (list: ImageRef.ImageRef): Effect.Effect<void, ListError, Database> =>
  Effect.gen(function* () {
    if (!(yield* (yield* openLists).remove(ImageRef.format(list)))) return yield* noSuchList(list)
  })

const noSuchList = (list: ImageRef.ImageRef): ManifestsRefused =>
  new ManifestsRefused({
    what: `No such manifest: ${ImageRef.format(list)}`,
    why: "no list of that name is being put together here",
    hint: `gantry manifest create ${ImageRef.familiar(list)} IMAGE... makes one`
  })

/** A list that was pushed. */
export interface PushedList {
  readonly digest: Digest
  /** Manifests that its repository did not have before, each under its digest. */
  readonly sent: ReadonlyArray<ImageRef.ImageRef & { readonly digest: Digest }>
}

/**
 * Pushes a list, and before it what its repository lacks of its images: local ones are sent, those of other repositories
 * are mounted or copied, and their layers pass through without being kept.
 */
export const pushList = (
  list: ImageRef.ImageRef
): Effect.Effect<PushedList, BadImageName | CopyImageError | ListError | PushError, Database | PushServices> =>
  Effect.gen(function* () {
    const manifests = yield* listedManifests(list)
    if (manifests.length === 0) return yield* noSuchList(list)
    for (const { platform, source } of manifests) {
      if (platform === undefined || platform.architecture === "" || platform.os === "") {
        return yield* new ManifestsRefused({
          what: `manifest ${source} must have an OS and Architecture to be pushed to a registry`,
          hint: `say what it is for: gantry manifest annotate --os linux --arch amd64 ${ImageRef.familiar(list)} ${ImageRef.familiarOf(source)}`
        })
      }
    }
    const place = ImageRef.placeOf(list)
    const pushed = yield* Effect.forEach(manifests, (listed) => sendListed(listed, place))
    const document = listDocument(pushed.map(({ entry }) => entry))
    yield* (yield* Registry).tag(list, document)
    const sent = pushed.flatMap(({ entry: { digest }, wasSent }) => (wasSent ? [{ ...place, digest }] : []))
    return { digest: ofBytes(document.bytes), sent }
  })

/** Makes sure that a repository has an image of a list, and tells what the list is to say of it. */
const sendListed = (
  listed: ListedManifest,
  place: ImageRef.ImageRef
): Effect.Effect<
  { readonly entry: IndexEntry; readonly wasSent: boolean },
  BadImageName | CopyImageError | ManifestsRefused | PushError,
  PushServices
> =>
  Effect.gen(function* () {
    const entry = entryOf(listed)
    const { bytes, digest, image, mediaType, source } = listed
    if (image !== undefined) {
      const images = yield* Images
      const record = yield* Effect.catchTag(images.find(image), "NoSuchImage", () =>
        Effect.fail(
          new ManifestsRefused({
            what: `${source} is not here any more`,
            why: "it was a local image when it was added to the list",
            hint: "build it again, and create the list again with --amend"
          })
        )
      )
      const made = yield* sendUnnamed(place, record, {})
      yield* images.learn(record.id, [{ ...place, digest: made.digest }])
      return { entry: { ...entry, ...made }, wasSent: true }
    }
    const from = yield* parseName(source)
    if (from.registry === place.registry && from.repository === place.repository) return { entry, wasSent: false }
    const manifest = { mediaType, bytes }
    yield* copyDocument(manifest, from, place)
    yield* (yield* Registry).tag({ ...place, digest }, manifest)
    return { entry, wasSent: true }
  })
