import type { Compression } from "@gantry/core/compression/Compression"
import type { Descriptor } from "@gantry/core/image/Descriptor"
import { type Digest, ofBytes } from "@gantry/core/image/Digest"
import type { ImageRef } from "@gantry/core/image/ImageRef"
import { compressionOf } from "@gantry/core/image/MediaType"
import { localPlace } from "@gantry/core/image/ImageSource"
import { Registry } from "@gantry/core/registry/Registry"
import type { RegistryError } from "@gantry/core/registry/RegistryError"
import { type LayerInfo, LayerStore } from "@gantry/core/store/LayerStore"
import type { LayerMissing, StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { LayerSource } from "../images/LayerSources.ts"
import { type CompressionFailed, compressLayer } from "./compress-layer.ts"
import type { LayerNotes } from "./layer-notes.ts"
import { type LayerForm, layerType, usualCompression } from "./LayerForm.ts"
import type { OnPushEvent } from "./PushEvent.ts"
import { wholeBefore } from "./whole-before.ts"

/** Where things are sent: a repository of a registry, or a place on this machine. */
export type SendPlace = Pick<ImageRef, "registry" | "repository">

/** How layers are sent. */
export interface SendOptions {
  /** What the form leaves out is as the layer is known to the place already, and else as usual. */
  readonly form?: LayerForm
  readonly onEvent?: OnPushEvent
}

/** What differs from layer to layer. */
export interface LayerOptions {
  /** Compressed forms that are known to be the layer, last seen first. */
  readonly known: ReadonlyArray<LayerSource>
  /** Takes down what the place turns out to have. */
  readonly notes: LayerNotes
  /** This form is taken before others of the same compression: with it a pulled image keeps its manifest. */
  readonly wished?: Digest | undefined
  /** Waits for the layer's turn to be compressed. */
  readonly turn: <A, E, R>(compressing: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

/** How sending a layer can fail. */
export type SendError = CompressionFailed | LayerMissing | RegistryError | StorageFailure

/** Compressed forms of one layer that a registry is asked for. More are known only of layers that were often recompressed. */
const mostForms = 4

/** Repositories that one layer is tried to be mounted from. */
const mostRepositories = 3

/** Compressed bytes that are held until it is known whether the registry has them. */
const heldBytes = 1024 * 1024

/**
 * Makes sure that a place has a layer, and tells what the layer is called there. The registry is asked before anything
 * is sent: for each compressed form that is known to be this layer, then for the same in another of its repositories.
 * Only then is the layer compressed, and sent while it is; a short one is asked for once more when the digest that it has
 * got is another one. What the place has is noted.
 */
export const sendLayer = (
  place: SendPlace,
  layer: LayerInfo,
  { form = {}, onEvent }: SendOptions,
  { known, notes, turn, wished }: LayerOptions
): Effect.Effect<Descriptor, SendError, LayerStore | Registry> =>
  Effect.gen(function* () {
    const registry = yield* Registry
    const { diffId } = layer
    const remote = localPlace(place) === undefined
    const told = (descriptor: Descriptor, event: Parameters<OnPushEvent>[0]) => {
      if (remote) notes.there({ diffId, descriptor })
      onEvent?.(event)
      return descriptor
    }

    const absent = new Set<Digest>()
    for (const [digest, each] of form.force === true ? [] : formsOf(usable(known, form, wished), place)) {
      const descriptor = describedAs(each[0], form)
      if (yield* registry.hasBlob(place, digest)) {
        return told(descriptor, { type: "there", layer: diffId, how: "already" })
      }
      absent.add(digest)
      for (const source of each.filter((one) => isAt(one, place))) {
        notes.gone({ diffId, descriptor: source.descriptor })
      }
      const elsewhere = each.filter(({ registry: host, repository }) => {
        return host === place.registry && repository !== place.repository
      })
      for (const source of elsewhere.slice(0, mostRepositories)) {
        if (yield* registry.mount(place, digest, source.repository)) {
          return told(descriptor, { type: "there", layer: diffId, how: "mounted", from: source.repository })
        }
      }
    }

    const compression = form.compression ?? usualCompression
    const mediaType = layerType(compression, form.types)
    const sent = (descriptor: Descriptor, how: "sent" | "already" = "sent") =>
      told(descriptor, { type: "there", layer: diffId, how })
    const isThere = (digest: Digest) => (absent.has(digest) ? Effect.succeed(false) : registry.hasBlob(place, digest))
    const onBytes = (bytes: number): void => onEvent?.({ type: "sent", layer: diffId, bytes })
    const layers = yield* LayerStore
    const compressed = compressLayer(layer, {
      compression,
      ...(form.level === undefined ? {} : { level: form.level }),
      onBytes
    }).pipe(Stream.provideService(LayerStore, layers))
    if (compression === "none") {
      const descriptor = { mediaType, digest: diffId, size: layer.size }
      if (yield* isThere(diffId)) return sent(descriptor, "already")
      yield* registry.push(place, descriptor, compressed)
      return sent(descriptor)
    }
    const begun = Effect.scoped(
      Effect.gen(function* () {
        const { all, head, rest } = yield* wholeBefore(compressed, heldBytes)
        if (all) return head
        const { digest, size } = yield* registry.upload(place, Stream.concat(Stream.make(head), rest))
        const descriptor = sent({ mediaType, digest, size })
        // Compressing it took its time: whoever ends the push now shall not have to do it again.
        yield* notes.write
        return descriptor
      })
    )
    const made = yield* turn(begun)
    if (!(made instanceof Uint8Array)) return made
    // Nothing is left to compress: sending it takes nobody's turn.
    const descriptor = { mediaType, digest: ofBytes(made), size: made.length }
    if (yield* isThere(descriptor.digest)) return sent(descriptor, "already")
    yield* registry.pushBytes(place, descriptor, made)
    return sent(descriptor)
  })

const isAt = (source: LayerSource, { registry, repository }: SendPlace): boolean =>
  source.registry === registry && source.repository === repository

/** The forms that may be sent, the wished one first. */
const usable = (
  known: ReadonlyArray<LayerSource>,
  { compression, types }: LayerForm,
  wished: Digest | undefined
): ReadonlyArray<LayerSource> => {
  const fitting = known.filter(({ descriptor }) => {
    const its = compressionOf(descriptor.mediaType)
    return (
      its !== undefined && (compression === undefined || its === compression) && !(types === "docker" && its === "zstd")
    )
  })
  return fitting.toSorted((a, b) => Number(b.descriptor.digest === wished) - Number(a.descriptor.digest === wished))
}

/** By digest: those that the place itself had, then those of its registry, then all others. */
const formsOf = (
  known: ReadonlyArray<LayerSource>,
  place: SendPlace
): ReadonlyArray<readonly [Digest, readonly [LayerSource, ...ReadonlyArray<LayerSource>]]> => {
  const near = (source: LayerSource) => (isAt(source, place) ? 0 : source.registry === place.registry ? 1 : 2)
  const byDigest = new Map<Digest, [LayerSource, ...Array<LayerSource>]>()
  for (const source of known) {
    const { digest } = source.descriptor
    const same = byDigest.get(digest)
    if (same === undefined) byDigest.set(digest, [source])
    else same.push(source)
  }
  const nearest = (each: ReadonlyArray<LayerSource>) => Math.min(...each.map(near))
  const [first, ...others] = [...byDigest]
  if (first === undefined) return []
  // The first may be the wished one.
  return [first, ...others.toSorted(([, a], [, b]) => nearest(a) - nearest(b))].slice(0, mostForms)
}

const describedAs = ({ descriptor }: LayerSource, { types }: LayerForm): Descriptor => {
  const { digest, mediaType, size } = descriptor
  const its: Compression = compressionOf(mediaType) ?? "none"
  return { mediaType: layerType(its, types), digest, size }
}
