import { arch } from "node:os"
import type { Descriptor } from "@gantry/core/image/Descriptor"
import { type Digest, ofBytes } from "@gantry/core/image/Digest"
import type { ImageConfig } from "@gantry/core/image/ImageConfig"
import * as ImageRef from "@gantry/core/image/ImageRef"
import * as ImageSource from "@gantry/core/image/ImageSource"
import type { Manifest } from "@gantry/core/image/Manifest"
import * as MediaType from "@gantry/core/image/MediaType"
import { format as platformText, ofMachine, type Platform } from "@gantry/core/image/Platform"
import type { Locks } from "@gantry/core/Locks"
import { type ManifestBytes, Registry } from "@gantry/core/registry/Registry"
import type { RegistryError } from "@gantry/core/registry/RegistryError"
import { Settings } from "@gantry/core/Settings"
import { BlobStore, wholeLimit } from "@gantry/core/store/BlobStore"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import { LayerStore } from "@gantry/core/store/LayerStore"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { imageEvent } from "../events/actors.ts"
import { record as tell } from "../events/Journal.ts"
import { WrongPlatform } from "../EngineError.ts"
import { besidePlatforms } from "../images/beside-platforms.ts"
import { choosePlatform, suits } from "../images/choose-platform.ts"
import { fetchLayer, type FetchOptions } from "../images/fetch-layer.ts"
import { fetchWhole } from "../images/fetch-whole.ts"
import { keepDocuments } from "../images/commit-image.ts"
import { decodeConfig } from "../images/image-json.ts"
import { Images } from "../images/Images.ts"
import type { NewImage } from "../images/ImageRecord.ts"
import { type LayerForms, LayerSources } from "../images/LayerSources.ts"
import { localNames } from "../images/local-name.ts"
import { ociSpelling } from "../images/oci-spelling.ts"
import { holdLayers } from "../prune/hold-layers.ts"
import { workingNow } from "../prune/working.ts"
import { NoSuchPlatform, type PullError, UnusableImage } from "../images/PullError.ts"
import { readManifest, type Unusable } from "../images/read-manifest.ts"

/** How an image is pulled. */
export interface PullOptions extends FetchOptions {
  /** What it must be made for; this machine when absent, and then an image without a choice is taken as it is. */
  readonly platform?: Platform
  /** Names it gets instead of the one it was asked for by. */
  readonly names?: ReadonlyArray<ImageRef.ImageRef>
}

/** A pulled image. */
export interface Pulled {
  readonly image: NewImage
  /** What the name led to: digest of a manifest or an index. */
  readonly digest: Digest
  /**
   * `up-to-date`: the name meant this image before, and no layer had to be fetched for it. It may be stored in another form
   * there now, under another digest.
   */
  readonly status: "new" | "up-to-date"
}

/** What a pull works with. */
export type PullServices = BlobStore | Images | LayerSources | LayerStore | Locks | Registry | Settings

/** Indexes inside of indexes that are followed. */
const deepest = 4

/** Layers fetched at once, at least: some wait for the network while others are unpacked. */
const leastJobs = 3

/**
 * Fetches an image: what its name leads to, the manifest for the platform, and the layers that are not here yet, side by
 * side. Manifests and config are kept as they came, so that their digests stay. The names move last, when all of it is
 * stored; after a failure only whole layers and beginnings of layers are left, which the next attempt uses.
 */
export const pull = (
  ref: ImageRef.ImageRef,
  options: PullOptions = {}
): Effect.Effect<Pulled, PullError, PullServices> =>
  Effect.gen(function* () {
    const { onEvent } = options
    const registry = yield* Registry
    const images = yield* Images
    const layers = yield* LayerStore
    const reference = ImageSource.shown(ref)
    const resolved = yield* registry.resolve(ref)
    const { digest } = resolved.descriptor
    onEvent?.({ type: "pulling", ref })
    const chosen = yield* chooseManifest(ref, resolved, options.platform)
    const { bytes: manifestBytes, manifest } = chosen
    const config = yield* fetchConfig(ref, manifest)
    if (options.platform !== undefined && suits(config.value, options.platform) === undefined) {
      const found = platformText(config.value)
      return yield* new WrongPlatform({ reference, wanted: platformText(options.platform), found })
    }
    const stack = config.value.rootfs.diff_ids as ReadonlyArray<Digest>
    if (stack.length !== manifest.layers.length) {
      const why = `its config speaks of ${stack.length} layers and its manifest of ${manifest.layers.length}`
      return yield* new UnusableImage({ reference, why })
    }
    const pairs = manifest.layers.map((descriptor, at) => ({ ref, descriptor, diffId: stack[at] ?? descriptor.digest }))
    const wantedLayers = distinct(pairs)
    const here = yield* holdLayers(wantedLayers.map(({ diffId }) => diffId))
    const missing = wantedLayers.filter(({ diffId }) => !here.has(diffId))
    for (const { descriptor, diffId } of wantedLayers) {
      onEvent?.({ type: "layer", layer: descriptor.digest, size: descriptor.size, here: here.has(diffId) })
    }
    // What is fetched from now on is nobody's until the image is on record.
    if (missing.length > 0) yield* workingNow
    const { jobs } = yield* Settings
    // By diffID: an image may claim that one compressed form is several layers.
    const unpacked = new Set<Digest>()
    const listened = (diffId: Digest): FetchOptions => ({
      ...options,
      onEvent: (event) => {
        if (event.type === "stored" && event.how === "unpacked") unpacked.add(diffId)
        onEvent?.(event)
      }
    })
    // The largest first: it would be the last one to end.
    const inTurn = missing.toSorted((a, b) => b.descriptor.size - a.descriptor.size)
    yield* Effect.forEach(inTurn, (wanted) => fetchLayer(wanted, listened(wanted.diffId)), {
      concurrency: Math.max(leastJobs, jobs),
      discard: true
    })
    if (missing.length > 0) yield* layers.flush
    const layout = manifestBytes.mediaType === MediaType.dockerManifest ? ociSpelling(manifest) : undefined
    const digests = ImageSource.localPlace(ref) === undefined ? [{ ...ref, digest }] : []
    // An index is found again by the digest that a registry has it under.
    const kept = digests.length > 0 ? chosen.kept : [manifestBytes.bytes]
    yield* keepDocuments([...kept, config.bytes, ...(layout === undefined ? [] : [layout])])

    const names = options.names ?? (yield* namesOf(ref))
    const id = manifest.config.digest
    const known = yield* Effect.option(images.find(id))
    const before = Option.getOrUndefined(known)
    const origins = digests.map(({ registry: host, repository }) =>
      ImageRef.format({ registry: host, repository, digest })
    )
    const learned = before !== undefined && origins.every((each) => before.digests.includes(each))
    const throughIndex = chosen.kept.length > 1
    const meant = yield* Effect.forEach(names, images.named)
    const named =
      before !== undefined &&
      // One that leads to other platforms, too, is as it was only when they may still be behind it.
      meant.every((all) => all.some((each) => each.id === id) && (throughIndex || all.length === 1)) &&
      (names.length > 0 || learned)
    const recorded = named && learned && before.manifest === chosen.digest && missing.length === 0
    // As with Docker: a registry may have it in another compression now.
    const status: Pulled["status"] = named && missing.length === 0 ? "up-to-date" : "new"
    const infos = yield* Effect.forEach(stack, (diffId) => layers.get(diffId))
    const image: NewImage = {
      id,
      manifest: chosen.digest,
      manifestSize: manifestBytes.bytes.length,
      manifestType: manifestBytes.mediaType,
      ...(layout === undefined ? {} : { layout: { digest: ofBytes(layout), size: layout.length } }),
      stack,
      size: infos.reduce((sum, info) => sum + (Option.isSome(info) ? info.value.size : 0), 0),
      createdAt: createdAt(config.value),
      labels: config.value.config.Labels ?? {}
    }
    if (!recorded) {
      const through = throughIndex && digests.length > 0 ? names : []
      const beside = yield* Effect.forEach(through, (name) => besidePlatforms(name, image, config.value, digest))
      const joined = new Map(through.flatMap((name, at) => (beside[at] === undefined ? [] : [[name, beside[at]]])))
      yield* keepDocuments([...joined.values()].map(({ bytes }) => bytes))
      yield* images.put(
        image,
        names.filter((name) => !joined.has(name)),
        digests
      )
      yield* Effect.forEach(joined, ([name, { index }]) => images.putIndex(index, [name]), { discard: true })
      const seen = missing.filter(({ diffId }) => unpacked.has(diffId))
      if (digests.length > 0) {
        yield* learnForms(ref, pairs, seen)
        yield* forgetBeginnings(wantedLayers.filter(({ diffId }) => here.has(diffId)))
      }
    } else yield* images.touch(id, yield* Clock.currentTimeMillis)
    onEvent?.({ type: "pulled", ref, digest, status })
    if (ImageSource.localPlace(ref) === undefined) {
      yield* tell(imageEvent("pull", ImageRef.familiar(ref), ImageRef.familiarName(ref), image.labels))
    }
    return { image, digest, status } satisfies Pulled
  }).pipe(Effect.scoped)

/** Remembers where compressed forms are: of those that were seen to be what the image says, now or before. */
const learnForms = (
  ref: ImageRef.ImageRef,
  claimed: ReadonlyArray<LayerForms>,
  seen: ReadonlyArray<LayerForms>
): Effect.Effect<void, StorageFailure, LayerSources> =>
  Effect.gen(function* () {
    const sources = yield* LayerSources
    const others = claimed.filter((each) => !seen.includes(each))
    yield* sources.learn(ref, [...seen, ...(others.length === 0 ? [] : yield* sources.vouched(others))])
  })

/** A process that is killed when it has recorded a layer leaves the download behind, which nobody would go on with. */
const forgetBeginnings = (
  layers: ReadonlyArray<{ readonly descriptor: Pick<Descriptor, "digest"> }>
): Effect.Effect<void, StorageFailure, BlobStore> =>
  Effect.gen(function* () {
    const blobs = yield* BlobStore
    const forget = ({ descriptor }: (typeof layers)[number]) =>
      Effect.flatMap(
        blobs.partial(descriptor.digest),
        Option.match({ onNone: () => Effect.void, onSome: ({ discard }) => discard })
      )
    yield* Effect.forEach(layers, (layer) => Effect.scoped(forget(layer)), { discard: true })
  })

/** The name it was asked for by; one with a digest keeps only that. Out of a folder or an archive: see `localNames`. */
const namesOf = (ref: ImageRef.ImageRef): Effect.Effect<ReadonlyArray<ImageRef.ImageRef>, RegistryError, Registry> =>
  Effect.gen(function* () {
    if (ref.digest !== undefined) return []
    if (ImageSource.localPlace(ref) === undefined) return [ref]
    return localNames(ref, yield* (yield* Registry).tags({ registry: ref.registry, repository: "" }))
  })

const createdAt = ({ created }: ImageConfig): number => {
  const time = created === undefined ? 0 : Date.parse(created)
  return Number.isNaN(time) ? 0 : time
}

/** Each layer once: images repeat empty ones. */
const distinct = <Each extends { readonly diffId: Digest }>(each: ReadonlyArray<Each>): ReadonlyArray<Each> => [
  ...new Map(each.map((one) => [one.diffId, one])).values()
]

interface Chosen {
  readonly digest: Digest
  readonly manifest: Manifest
  readonly bytes: ManifestBytes
  /** All documents on the way, to be stored. */
  readonly kept: ReadonlyArray<Uint8Array>
}

/** Follows indexes to the manifest of an image. */
const chooseManifest = (
  ref: ImageRef.ImageRef,
  start: ManifestBytes,
  platform: Platform | undefined
): Effect.Effect<Chosen, PullError, BlobStore | Registry> =>
  Effect.gen(function* () {
    const reference = ImageSource.shown(ref)
    const wanted = platform ?? ofMachine(arch())
    const kept: Array<Uint8Array> = []
    let here = start
    for (let depth = 0; depth <= deepest; depth++) {
      kept.push(here.bytes)
      const kind = yield* Either.mapLeft(readManifest(here), unusable(reference))
      if (kind.type === "image") {
        return { digest: ofBytes(here.bytes), manifest: kind.manifest, bytes: here, kept }
      }
      const entry = yield* Either.mapLeft(
        choosePlatform(kind.entries, wanted),
        (available) => new NoSuchPlatform({ reference, wanted: platformText(wanted), available })
      )
      here = yield* manifestOf(ref, entry)
    }
    return yield* new UnusableImage({ reference, why: `its indexes lead to each other more than ${deepest} times` })
  })

const unusable =
  (reference: string) =>
  ({ hint, why }: Unusable): UnusableImage =>
    new UnusableImage({ reference, why, ...(hint === undefined ? {} : { hint }) })

/** The manifest an index names: out of the store when it is there, since its digest says all. */
const manifestOf = (
  ref: ImageRef.ImageRef,
  { digest, mediaType }: Descriptor
): Effect.Effect<ManifestBytes, PullError, BlobStore | Registry> =>
  Effect.gen(function* () {
    const { registry, repository } = ref
    const stored = yield* Effect.option((yield* BlobStore).readWhole(digest))
    if (Option.isSome(stored)) return { mediaType, bytes: stored.value }
    return yield* (yield* Registry).resolve({ registry, repository, digest })
  })

/** The config of an image: out of the store, or fetched and verified. */
const fetchConfig = (
  ref: ImageRef.ImageRef,
  { config }: Manifest
): Effect.Effect<{ readonly value: ImageConfig; readonly bytes: Uint8Array }, PullError, BlobStore | Registry> =>
  Effect.gen(function* () {
    const bad = unusable(ImageSource.shown(ref))
    if (config.size > wholeLimit) {
      return yield* bad({ why: `its config of ${config.size} bytes is longer than the ${wholeLimit} that are read` })
    }
    const stored = yield* Effect.option((yield* BlobStore).readWhole(config.digest))
    const bytes = Option.isSome(stored) ? stored.value : yield* fetchWhole(ref, config)
    const value = yield* Either.mapLeft(decodeConfig(bytes), (why) => bad({ why: `its config is malformed: ${why}` }))
    return { value, bytes }
  })
