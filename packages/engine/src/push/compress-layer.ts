import { type CompressionForm, compressorOf } from "@gantry/core/compression/compress"
import { type LayerInfo, LayerStore } from "@gantry/core/store/LayerStore"
import type { LayerMissing, StorageFailure } from "@gantry/core/store/StoreError"
import * as Chunk from "effect/Chunk"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/** A layer could not be compressed in the form that was asked for. */
export class CompressionFailed extends Data.TaggedError("CompressionFailed")<{
  readonly layer: string
  /** One sentence without a full stop. */
  readonly why: string
}> {
  override get message() {
    return `${this.layer} cannot be compressed: ${this.why}`
  }
}

/** What a layer is compressed to, and who is told how far it has come. */
export interface CompressOptions extends CompressionForm {
  /** Called with the bytes of the archive that have been read so far. */
  readonly onBytes?: (bytes: number) => void
}

/**
 * The compressed archive of a layer, made while it is read: the same layer in the same form is the same bytes, see
 * `compressorOf`. Nothing of it is kept on the disk. The store compresses it where it can.
 */
export const compressLayer = (
  { diffId }: Pick<LayerInfo, "diffId">,
  { onBytes, ...form }: CompressOptions
): Stream.Stream<Uint8Array, CompressionFailed | LayerMissing | StorageFailure, LayerStore> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const layers = yield* LayerStore
      if (form.compression !== "none" && layers.packCompressed !== undefined) {
        return layers.packCompressed(diffId, form, onBytes)
      }
      return compressStream(
        layers.pack(diffId),
        { ...form, ...(onBytes === undefined ? {} : { onBytes }) },
        `layer ${diffId}`
      )
    })
  )

/** The same for any archive. `called`: what messages call it. */
export const compressStream = <E>(
  archive: Stream.Stream<Uint8Array, E>,
  { onBytes, ...form }: CompressOptions,
  called: string
): Stream.Stream<Uint8Array, CompressionFailed | E> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const attempt = <A>(run: () => A) =>
        Effect.try({
          try: run,
          catch: (cause) =>
            new CompressionFailed({
              layer: called,
              why: cause instanceof Error ? cause.message : String(cause)
            })
        })
      const compressor = yield* attempt(() => compressorOf(form))
      let seen = 0
      const push = (piece: Uint8Array) =>
        attempt(() => {
          const out = compressor.push(piece)
          seen += piece.length
          onBytes?.(seen)
          return Chunk.fromIterable(out)
        })
      const last = Effect.map(attempt(compressor.finish), (out) => Chunk.fromIterable(out))
      return archive.pipe(Stream.mapEffect(push), Stream.concat(Stream.fromEffect(last)), Stream.flattenChunks)
    })
  )
