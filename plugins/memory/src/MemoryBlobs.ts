import type { Digest } from "@gantry/core/image/Digest"
import { BlobStore, type BlobStoreShape, make as makeStore } from "@gantry/core/store/BlobStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

/** A map of bytes. Each store made here has its own. */
export const make: Effect.Effect<BlobStoreShape> = Effect.sync(() => {
  const blobs = new Map<Digest, Uint8Array>()
  const partials = new Map<Digest, Uint8Array>()
  const find = (digest: Digest) => Effect.sync(() => Option.fromNullable(blobs.get(digest)))
  return makeStore({
    read: (digest) => Effect.map(find(digest), Option.map(Stream.make)),
    size: (digest) =>
      Effect.map(
        find(digest),
        Option.map(({ length }) => length)
      ),
    partial: (digest) =>
      Effect.sync(() => {
        const here = () => partials.get(digest) ?? new Uint8Array()
        return {
          size: here().length,
          append: (piece) => Effect.sync(() => void partials.set(digest, Buffer.concat([here(), piece]))),
          read: (offset, length) => Effect.sync(() => here().slice(offset, offset + length)),
          discard: Effect.sync(() => void partials.delete(digest))
        }
      }),
    stage: Effect.sync(() => {
      const parts: Array<Uint8Array> = []
      return {
        // A copy: whoever sends the bytes may fill the same buffer again.
        append: (piece) => Effect.sync(() => void parts.push(piece.slice())),
        publish: (digest) => Effect.sync(() => void blobs.set(digest, Buffer.concat(parts)))
      }
    }),
    remove: (digest) => Effect.sync(() => void blobs.delete(digest)),
    list: Stream.suspend(() => Stream.fromIterable([...blobs.keys()]))
  })
})

/** Blobs that are gone when the program ends. */
export const layer: Layer.Layer<BlobStore> = Layer.effect(BlobStore, make)
