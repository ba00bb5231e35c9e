import type { Descriptor } from "@gantry/core/image/Descriptor"
import { type Digest, hexOf } from "@gantry/core/image/Digest"
import type { ImageRef } from "@gantry/core/image/ImageRef"
import { localPlace } from "@gantry/core/image/ImageSource"
import { Locks } from "@gantry/core/Locks"
import { Registry } from "@gantry/core/registry/Registry"
import { BlobStore } from "@gantry/core/store/BlobStore"
import { type LayerInfo, LayerStore, type LayerStoreShape } from "@gantry/core/store/LayerStore"
import { LayerMalformed, LayerTooLarge } from "@gantry/core/store/StoreError"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { decompressed } from "@gantry/core/compression/decompress"
import type { PullError } from "./PullError.ts"
import type { OnPullEvent } from "./PullEvent.ts"
import {
  downloadBlob,
  type Incoming,
  passing,
  receiveBlob,
  type ReceiveError,
  type ReceiveRequest
} from "./receive-blob.ts"

/** A layer to be fetched. */
export interface WantedLayer {
  /** Where it is. */
  readonly ref: ImageRef
  /** Its compressed form. */
  readonly descriptor: Pick<Descriptor, "digest" | "size">
  readonly diffId: Digest
}

/** What is listened to, and how far a layer may go. */
export interface FetchOptions {
  readonly onEvent?: OnPullEvent
  /** Bytes a layer may unpack to. */
  readonly mostBytes?: number
}

/** Bytes a layer may unpack to unless somebody says otherwise: 64 GiB. */
export const usualMost = 64 * 1024 ** 3

/** No data deflates to less than a 1032nd; what claims more was made to fill disks. */
const mostRatio = 1100
const ratioSlack = 64 * 1024 * 1024

/**
 * Makes sure that a layer is in the layer store: fetched, verified and unpacked in one stream, by one process at a time.
 *
 * Bytes that came in are kept when this is cut off, however it is, and the next attempt asks for the rest only. Bytes
 * that turn out wrong are forgotten; nothing of them is visible. When what an earlier attempt left was wrong, the layer
 * is fetched once more from its beginning.
 */
export const fetchLayer = (
  wanted: WantedLayer,
  options: FetchOptions = {}
): Effect.Effect<LayerInfo, PullError, BlobStore | LayerStore | Locks | Registry> =>
  Effect.gen(function* () {
    const locks = yield* Locks
    const layers = yield* LayerStore
    const { descriptor, diffId } = wanted
    const stored = (how: "unpacked" | "elsewhere") =>
      Effect.sync(() => options.onEvent?.({ type: "stored", layer: descriptor.digest, how }))
    const once = Effect.gen(function* () {
      const there = yield* layers.get(diffId)
      if (Option.isSome(there)) return yield* Effect.as(stored("elsewhere"), there.value)
      // The same bytes may be claimed to be another layer: their beginning has one writer all the same.
      const info = yield* locks.withLock(`blob-${hexOf(descriptor.digest)}`, fetchAndUnpack(wanted, options, true))
      return yield* Effect.as(stored("unpacked"), info)
    })
    return yield* locks.withLock(`layer-${hexOf(diffId)}`, once)
  })

const fetchAndUnpack = (
  wanted: WantedLayer,
  options: FetchOptions,
  again: boolean
): Effect.Effect<LayerInfo, PullError, BlobStore | LayerStore | Registry> =>
  Effect.gen(function* () {
    const { descriptor, diffId, ref } = wanted
    const { digest, size } = descriptor
    const registry = yield* Registry
    const layers = yield* LayerStore
    // What lies on this machine already need not be kept a second time.
    const kept = localPlace(ref) === undefined ? yield* (yield* BlobStore).partial(digest) : Option.none()
    const into = Option.getOrElse(kept, passing)
    if (into.size > size) {
      yield* into.discard
      return { type: "again" as const }
    }
    const onBytes = (bytes: number): void => {
      options.onEvent?.({ type: "received", layer: digest, bytes, kept: into.size })
      if (bytes === size) options.onEvent?.({ type: "downloaded", layer: digest })
    }
    onBytes(into.size)
    const request = { registry, ref, descriptor, into, onBytes }
    const limit = limitOf(descriptor, options)
    const { unpackFile } = layers
    const outcome = yield* Effect.either(
      into.path === undefined || unpackFile === undefined
        ? unpackHere(layers, diffId, request, limit)
        : unpackThere(unpackFile, diffId, { ...request, path: into.path }, limit)
    )
    if (outcome._tag === "Right") {
      yield* into.discard
      return { type: "done" as const, info: outcome.right }
    }
    const failure = outcome.left
    // What an earlier attempt left may be wrong, or no longer a beginning of what the registry has.
    const suspect = into.size > 0 && (failure._tag === "BlobCorrupt" || failure._tag === "RegistryRefused")
    if (suspect || !worthKeeping.has(failure._tag)) yield* into.discard
    if (suspect && again) return { type: "again" as const }
    return yield* failure
  }).pipe(
    Effect.scoped,
    Effect.flatMap((outcome) =>
      outcome.type === "done" ? Effect.succeed(outcome.info) : fetchAndUnpack(wanted, options, false)
    )
  )

/** Leaves decompressing and verifying to the store, which reads the bytes where they are kept. */
const unpackThere = (
  unpackFile: NonNullable<LayerStoreShape["unpackFile"]>,
  diffId: Digest,
  request: ReceiveRequest & { readonly path: string },
  limit: Limit
) =>
  unpackFile(diffId, {
    path: request.path,
    digest: request.descriptor.digest,
    size: request.descriptor.size,
    limit: limit.bytes,
    arrive: (onCount) => {
      let told = 0
      const tell = (bytes: number): void => {
        if (bytes > told) onCount(bytes - told)
        told = bytes
      }
      tell(request.into.size)
      const arrived = (bytes: number): void => {
        tell(bytes)
        request.onBytes(bytes)
      }
      return downloadBlob({ ...request, onBytes: arrived })
    }
  }).pipe(
    Effect.catchTag("LayerTooLarge", (failure) =>
      Effect.fail(failure.unit === "bytes" && failure.limit === limit.bytes ? limit.failure : failure)
    )
  )

/** Decompresses and verifies what comes in, and hands it over. */
const unpackHere = (layers: LayerStoreShape, diffId: Digest, request: ReceiveRequest, limit: Limit) =>
  Effect.gen(function* () {
    const incoming = yield* receiveBlob(request)
    const archive = Stream.fromAsyncIterable(unpackable(incoming, limit), (cause) =>
      isFailure(cause) ? cause : new Broken({ why: cause instanceof Error ? cause.message : String(cause) })
    )
    return yield* layers.unpack(diffId, archive).pipe(
      // Broken data is the registry's doing when it is not what was promised, and the image's when it is.
      Effect.catchTag("Broken", ({ why }) => {
        const layer = `layer ${request.descriptor.digest}`
        return Effect.zipRight(drained(incoming), Effect.fail(new LayerMalformed({ layer, why })))
      })
    )
  })

/** Failures after which the bytes that came in are as good as before. */
const worthKeeping: ReadonlySet<string> = new Set<PullError["_tag"]>([
  "ImageNotFound",
  "LoginRequired",
  "RegistryRefused",
  "RegistryUnavailable",
  "StorageFailure"
])

/** How many bytes may come out of a layer, and what is said when more do. */
const limitOf = ({ digest, size }: WantedLayer["descriptor"], { mostBytes = usualMost }: FetchOptions): Limit => {
  const layer = `layer ${digest}`
  const honest = mostRatio * size + ratioSlack
  if (mostBytes <= honest)
    return { bytes: mostBytes, failure: new LayerTooLarge({ layer, unit: "bytes", limit: mostBytes }) }
  const why = `its ${size} bytes unpack to more than ${honest}, as those of a decompression bomb do`
  return { bytes: honest, failure: new LayerMalformed({ layer, why }) }
}

interface Limit {
  readonly bytes: number
  readonly failure: LayerMalformed | LayerTooLarge
}

/** The bytes cannot be decompressed. */
class Broken extends Data.TaggedError("Broken")<{ readonly why: string }> {}

const isFailure = (cause: unknown): cause is ReceiveError | LayerMalformed | LayerTooLarge =>
  typeof cause === "object" && cause !== null && "_tag" in cause

/**
 * The uncompressed archive of what comes in. It ends only when all bytes had come in and were right, also those that
 * decompressing had no use for. Ending it early ends what it waits for.
 */
const unpackable = (incoming: Incoming, limit: Limit): AsyncIterable<Uint8Array> => ({
  [Symbol.asyncIterator]: () => {
    const pieces = limited(incoming, limit)
    let ended = false
    return {
      next: () =>
        pieces.next().then(
          (next) => {
            ended = next.done === true
            return next
          },
          (cause: unknown) => {
            ended = true
            throw cause
          }
        ),
      return: () => {
        if (!ended) incoming.close()
        return pieces.return()
      }
    }
  }
})

async function* limited(incoming: Incoming, limit: Limit): AsyncGenerator<Uint8Array, void> {
  let size = 0
  for await (const piece of decompressed(piecesOf(incoming))) {
    size += piece.length
    if (size > limit.bytes) throw limit.failure
    yield piece
  }
  while ((await incoming.next()) !== undefined);
}

async function* piecesOf({ next }: Incoming): AsyncGenerator<Uint8Array, void> {
  for (let piece = await next(); piece !== undefined; piece = await next()) yield piece
}

/** Waits for all bytes and judges them. */
const drained = ({ next }: Incoming): Effect.Effect<void, ReceiveError> =>
  Effect.tryPromise({
    try: async () => {
      while ((await next()) !== undefined);
    },
    // `next` rejects with nothing else.
    catch: (cause) => cause as ReceiveError
  })
