import type { Descriptor } from "@gantry/core/image/Descriptor"
import { type Digest, ofBytes } from "@gantry/core/image/Digest"
import type { ImageRef } from "@gantry/core/image/ImageRef"
import * as MediaType from "@gantry/core/image/MediaType"
import { type ManifestBytes, Registry } from "@gantry/core/registry/Registry"
import type { RegistryError } from "@gantry/core/registry/RegistryError"
import { Settings } from "@gantry/core/Settings"
import { type LayerInfo, LayerStore, type Stack } from "@gantry/core/store/LayerStore"
import { LayerMissing } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { decodeManifest } from "../images/image-json.ts"
import { LayerSources } from "../images/LayerSources.ts"
import { makeNotes } from "./layer-notes.ts"
import { type SendError, sendLayer, type SendOptions, type SendPlace } from "./send-layer.ts"

/** What sending layers works with. */
export type SendServices = LayerSources | LayerStore | Registry

/** An image that is to be sent. */
export interface OutgoingImage {
  /** Its config, byte for byte: the digest of these is the image ID. */
  readonly config: Uint8Array
  readonly stack: Stack
  /** The manifest it came with. It is sent as it is when the place has the very layers that it names. */
  readonly manifest?: ManifestBytes
}

/** How an image is sent. */
export interface SendImageOptions extends SendOptions {
  readonly annotations?: { readonly [name: string]: string }
}

/** A manifest that a place has, and may get names for. */
export interface SentManifest {
  readonly manifest: ManifestBytes
  readonly digest: Digest
}

/** What names a manifest. */
export const descriptorOf = ({ digest, manifest }: SentManifest): Descriptor => ({
  mediaType: manifest.mediaType,
  digest,
  size: manifest.bytes.length
})

/**
 * Layers that the registry is asked for, and given, at once: it has most of the work with small ones, and writes several
 * to its disk in one go. As many are compressed at once as `Settings.jobs` says.
 */
const together = 16

/**
 * Makes sure that a place has these layers, side by side, each once; tells what they are called there, base first.
 * `wished`: see `sendLayer`, in the order of the stack.
 */
export const sendLayers = (
  place: SendPlace,
  stack: Stack,
  options: SendOptions = {},
  wished: ReadonlyArray<Digest> = []
): Effect.Effect<ReadonlyArray<Descriptor>, SendError, SendServices | Settings> =>
  Effect.gen(function* () {
    const layers = yield* LayerStore
    const sources = yield* LayerSources
    const { jobs } = yield* Settings
    // Nothing of it is removed meanwhile, should the image be: an empty tree stands on it.
    yield* Effect.acquireRelease(layers.prepare({ parents: stack, keep: false }), (tree) =>
      Effect.ignoreLogged(layers.discard(tree))
    )
    const wishes = new Map(stack.map((diffId, at) => [diffId, wished[at]]))
    const infos = yield* Effect.forEach(new Set(stack), (diffId) =>
      Effect.flatMap(
        layers.get(diffId),
        Option.match({ onNone: () => new LayerMissing({ diffId }), onSome: Effect.succeed<LayerInfo> })
      )
    )
    for (const { diffId, size } of infos.toReversed()) options.onEvent?.({ type: "layer", layer: diffId, size })
    const known = yield* sources.of(infos.map(({ diffId }) => diffId))
    const turns = yield* Effect.makeSemaphore(jobs)
    const notes = makeNotes(place, sources)
    // The largest first: it would be the last one to end.
    const sent = yield* Effect.forEach(
      infos.toSorted((a, b) => b.size - a.size),
      (layer) =>
        Effect.map(
          sendLayer(place, layer, options, {
            known: known.get(layer.diffId) ?? [],
            notes,
            wished: wishes.get(layer.diffId),
            turn: turns.withPermits(1)
          }),
          (descriptor) => [layer.diffId, descriptor] as const
        ),
      { concurrency: Math.max(together, jobs) }
    ).pipe(Effect.onError(() => Effect.ignoreLogged(notes.write)))
    yield* notes.write
    const descriptors = new Map(sent)
    return stack.flatMap((diffId) => descriptors.get(diffId) ?? [])
  }).pipe(Effect.scoped)

/** Makes sure that a place has bytes that are at hand, a config for instance: sent only when they are not there. */
export const sendBytes = (
  place: SendPlace,
  mediaType: string,
  bytes: Uint8Array
): Effect.Effect<Descriptor, RegistryError, Registry> =>
  Effect.gen(function* () {
    const registry = yield* Registry
    const descriptor = { mediaType, digest: ofBytes(bytes), size: bytes.length }
    if (!(yield* registry.hasBlob(place, descriptor.digest))) {
      yield* registry.pushBytes(place, descriptor, bytes)
    }
    return descriptor
  })

/**
 * Sends all of an image but its manifest, and makes that: of the layers as the place has them. Naming it makes the image
 * visible; until then nobody sees any of it. See {@link nameManifest}.
 */
export const sendImage = (
  place: SendPlace,
  image: OutgoingImage,
  options: SendImageOptions = {}
): Effect.Effect<SentManifest, SendError, SendServices | Settings> =>
  Effect.gen(function* () {
    const { form } = options
    const came = image.manifest === undefined ? undefined : Either.getOrUndefined(decodeManifest(image.manifest.bytes))
    const wished = came?.layers.map(({ digest }) => digest) ?? []
    const layers = yield* sendLayers(place, image.stack, options, wished)
    const configType = form?.types === "docker" ? MediaType.dockerConfig : MediaType.ociConfig
    const keeps =
      image.manifest !== undefined &&
      options.annotations === undefined &&
      came?.config.digest === ofBytes(image.config) &&
      came.layers.length === layers.length &&
      came.layers.every(({ digest }, at) => digest === layers[at]?.digest) &&
      (form?.types === undefined || typesOf(image.manifest.mediaType) === form.types)
    const config = yield* sendBytes(place, keeps ? came.config.mediaType : configType, image.config)
    const manifest = keeps ? image.manifest : manifestOf(config, layers, options)
    return { manifest, digest: ofBytes(manifest.bytes) }
  })

const typesOf = (mediaType: string) => (mediaType === MediaType.dockerManifest ? "docker" : "oci")

const manifestOf = (
  config: Descriptor,
  layers: ReadonlyArray<Descriptor>,
  { annotations, form }: SendImageOptions
): ManifestBytes => {
  const mediaType = form?.types === "docker" ? MediaType.dockerManifest : MediaType.ociManifest
  const document = {
    schemaVersion: 2,
    mediaType,
    config,
    layers,
    ...(annotations === undefined ? {} : { annotations })
  }
  return { mediaType, bytes: new TextEncoder().encode(JSON.stringify(document)) }
}

/** Puts a manifest under a name, which moves if there is one; without a tag under its digest alone. */
export const nameManifest = (
  ref: ImageRef,
  { digest, manifest }: SentManifest,
  { onEvent }: Pick<SendOptions, "onEvent"> = {}
): Effect.Effect<void, RegistryError, Registry> =>
  Effect.gen(function* () {
    yield* (yield* Registry).tag(ref, manifest)
    onEvent?.({ type: "pushed", ref, digest, size: manifest.bytes.length })
  })
