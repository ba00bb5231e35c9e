import { type Digest, ofBytes } from "@gantry/core/image/Digest"
import { type BlobDriver, BlobStore, type BlobStoreShape, make } from "@gantry/core/store/BlobStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Saboteur } from "../Saboteur.ts"

type Blobs = Map<Digest, Uint8Array>

/** An honest driver over a map, for the sins to change one method of. */
const honest = (blobs: Blobs): BlobDriver => ({
  read: (digest) => Effect.sync(() => Option.map(Option.fromNullable(blobs.get(digest)), Stream.make)),
  size: (digest) => Effect.sync(() => Option.map(Option.fromNullable(blobs.get(digest)), ({ length }) => length)),
  partial: beginnings(),
  stage: stage((parts) => parts, blobs),
  remove: (digest) => Effect.sync(() => void blobs.delete(digest)),
  list: Stream.suspend(() => Stream.fromIterable([...blobs.keys()]))
})

const stage = (
  kept: (parts: Array<Uint8Array>) => Array<Uint8Array>,
  blobs: Blobs,
  taken: (piece: Uint8Array) => Uint8Array = (piece) => piece.slice()
): BlobDriver["stage"] =>
  Effect.sync(() => {
    const parts: Array<Uint8Array> = []
    return {
      append: (piece) => Effect.sync(() => void parts.push(taken(piece))),
      publish: (digest) => Effect.sync(() => void blobs.set(digest, Buffer.concat(kept(parts))))
    }
  })

/** What each kind of beginning does otherwise than an honest one. */
interface Beginning {
  /** Called when one is closed. */
  readonly closed?: (kept: Map<Digest, Uint8Array>, digest: Digest) => void
  readonly discarded?: (kept: Map<Digest, Uint8Array>, digest: Digest) => void
  readonly appended?: (digest: Digest, bytes: Uint8Array) => void
}

const beginnings = ({
  appended = () => {},
  closed = () => {},
  discarded = (kept, digest) => kept.delete(digest)
}: Beginning = {}): NonNullable<BlobDriver["partial"]> => {
  const kept = new Map<Digest, Uint8Array>()
  const bytesOf = (digest: Digest) => kept.get(digest) ?? new Uint8Array()
  return (digest) =>
    Effect.map(
      Effect.acquireRelease(
        Effect.sync(() => bytesOf(digest).length),
        () => Effect.sync(() => closed(kept, digest))
      ),
      (size) => ({
        size,
        append: (chunk) =>
          Effect.sync(() => {
            kept.set(digest, Buffer.concat([bytesOf(digest), chunk]))
            appended(digest, bytesOf(digest))
          }),
        read: (offset, length) => Effect.sync(() => bytesOf(digest).subarray(offset, offset + length)),
        discard: Effect.sync(() => void discarded(kept, digest))
      })
    )
}

const driver = (sin: (blobs: Blobs) => Partial<BlobDriver>): Layer.Layer<BlobStore> =>
  Layer.sync(BlobStore, () => {
    const blobs: Blobs = new Map()
    return make({ ...honest(blobs), ...sin(blobs) })
  })

const service = (sin: (blobs: Blobs, store: BlobStoreShape) => Partial<BlobStoreShape>): Layer.Layer<BlobStore> =>
  Layer.sync(BlobStore, () => {
    const blobs: Blobs = new Map()
    const store = make(honest(blobs))
    return { ...store, ...sin(blobs, store) }
  })

/** Blob stores with one sin each. */
export const blobSaboteurs: ReadonlyArray<Saboteur<BlobStore>> = [
  {
    sin: "forgets the last piece",
    breaks: ["BLOB-1"],
    layer: driver((blobs) => ({ stage: stage((parts) => parts.slice(0, -1), blobs) }))
  },
  {
    sin: "keeps a piece that its owner fills again",
    breaks: ["BLOB-1", "BLOB-7"],
    layer: driver((blobs) => ({
      stage: stage(
        (parts) => parts,
        blobs,
        (piece) => piece
      )
    }))
  },
  {
    sin: "tells a size of its own",
    breaks: ["BLOB-1"],
    layer: driver((blobs) => ({
      size: (digest) =>
        Effect.sync(() => Option.map(Option.fromNullable(blobs.get(digest)), ({ length }) => length + 1))
    }))
  },
  {
    sin: "does not look at the bytes",
    breaks: ["BLOB-2"],
    layer: service((blobs) => ({
      write: (digest, bytes) =>
        Effect.map(Stream.runCollect(bytes), (parts) => void blobs.set(digest, Buffer.concat([...parts])))
    }))
  },
  {
    sin: "compares sizes instead of digests",
    breaks: ["BLOB-2"],
    layer: service((blobs, store) => {
      const sizes = new Map<number, Digest>()
      return {
        write: (digest, bytes) =>
          Effect.flatMap(Stream.runCollect(bytes), (parts) => {
            const whole = Buffer.concat([...parts])
            const known = sizes.get(whole.length)
            sizes.set(whole.length, digest)
            if (known !== undefined) return Effect.sync(() => void blobs.set(digest, whole))
            return store.write(digest, Stream.make<[Uint8Array]>(whole))
          })
      }
    })
  },
  {
    sin: "shows a blob before all of it has come",
    breaks: ["BLOB-2", "BLOB-4"],
    layer: service((blobs, store) => ({
      write: (digest, bytes) =>
        store.write(
          digest,
          Stream.tap(Stream.concat(Stream.make(new Uint8Array()), bytes), (piece) =>
            Effect.sync(() => void blobs.set(digest, Buffer.concat([blobs.get(digest) ?? new Uint8Array(), piece])))
          )
        )
    }))
  },
  {
    sin: "publishes what has come when it is interrupted",
    breaks: ["BLOB-4"],
    layer: service((blobs, store) => ({
      write: (digest, bytes) =>
        Effect.onInterrupt(store.write(digest, bytes), () => Effect.sync(() => blobs.set(digest, new Uint8Array())))
    }))
  },
  {
    sin: "lists its drafts",
    breaks: ["BLOB-4"],
    layer: driver((blobs) => {
      const drafts = new Set<Digest>()
      return {
        stage: Effect.zipRight(
          Effect.acquireRelease(
            Effect.sync(() => {
              const draft = ofBytes(new TextEncoder().encode(`draft ${drafts.size}`))
              drafts.add(draft)
              return draft
            }),
            (draft) => Effect.sync(() => drafts.delete(draft))
          ),
          stage((parts) => parts, blobs)
        ),
        list: Stream.suspend(() => Stream.fromIterable([...blobs.keys(), ...drafts]))
      }
    })
  },
  {
    sin: "lists a blob once for each write",
    breaks: ["BLOB-3"],
    layer: service((_, store) => {
      const written: Array<Digest> = []
      return {
        write: (digest, bytes) =>
          Effect.tap(store.write(digest, bytes), () => Effect.sync(() => void written.push(digest))),
        list: Stream.suspend(() => Stream.fromIterable([...written]))
      }
    })
  },
  {
    sin: "refuses a blob that it has",
    breaks: ["BLOB-3"],
    layer: service((blobs, store) => ({
      write: (digest, bytes) =>
        Effect.suspend(() => (blobs.has(digest) ? Effect.die("it is there already") : store.write(digest, bytes)))
    }))
  },
  {
    sin: "forgets beginnings when they are closed",
    breaks: ["BLOB-6"],
    layer: driver(() => ({ partial: beginnings({ closed: (kept, digest) => kept.delete(digest) }) }))
  },
  {
    sin: "shows a beginning as a blob",
    breaks: ["BLOB-6"],
    layer: driver((blobs) => ({
      partial: beginnings({ appended: (digest, bytes) => void blobs.set(digest, bytes) })
    }))
  },
  {
    sin: "keeps a beginning that was discarded",
    breaks: ["BLOB-6"],
    layer: driver(() => ({ partial: beginnings({ discarded: () => {} }) }))
  },
  {
    sin: "discards the blob with its beginning",
    breaks: ["BLOB-6"],
    layer: driver((blobs) => ({
      partial: beginnings({
        discarded: (kept, digest) => {
          kept.delete(digest)
          blobs.delete(digest)
        }
      })
    }))
  },
  {
    sin: "removes nothing",
    breaks: ["BLOB-5"],
    layer: driver(() => ({ remove: () => Effect.void }))
  },
  {
    sin: "minds that a blob is gone already",
    breaks: ["BLOB-5"],
    layer: service((blobs, store) => ({
      remove: (digest) => (blobs.has(digest) ? store.remove(digest) : Effect.die("it is not there"))
    }))
  },
  {
    sin: "removes every blob at once",
    breaks: ["BLOB-5"],
    layer: driver((blobs) => ({ remove: () => Effect.sync(() => blobs.clear()) }))
  },
  {
    sin: "adds what came before the line went dead",
    breaks: ["BLOB-7"],
    layer: service((blobs, store) => ({
      add: (bytes) =>
        Effect.suspend(() => {
          const parts: Array<Uint8Array> = []
          const kept = Stream.tap(bytes, (piece) => Effect.sync(() => void parts.push(piece.slice())))
          return Effect.tapError(store.add(kept), () =>
            Effect.sync(() => void blobs.set(ofBytes(Buffer.concat(parts)), Buffer.concat(parts)))
          )
        })
    }))
  },
  {
    sin: "counts the pieces of what it adds instead of the bytes",
    breaks: ["BLOB-7"],
    layer: service((_, store) => ({
      add: (bytes) =>
        Effect.suspend(() => {
          let size = 0
          const counted = Stream.tap(bytes, () => Effect.sync(() => void size++))
          return Effect.map(store.add(counted), ({ digest }) => ({ digest, size }))
        })
    }))
  }
]
