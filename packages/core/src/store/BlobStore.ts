import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { type Digest, hasher, ofBytes } from "../image/Digest.ts"
import { BlobCorrupt, BlobMissing, type StorageFailure } from "./StoreError.ts"

/** What a storage plugin writes. It moves bytes and never looks at them. */
export interface BlobDriver {
  /** The stored bytes, or none. The stream may be run more than once. */
  readonly read: (
    digest: Digest
  ) => Effect.Effect<Option.Option<Stream.Stream<Uint8Array, StorageFailure>>, StorageFailure>
  /**
   * The stored bytes at once, but no more than `limit` of them, or none. For stores that can do it quicker than by
   * streaming; absent otherwise.
   */
  readonly readUpTo?: (digest: Digest, limit: number) => Effect.Effect<Option.Option<Uint8Array>, StorageFailure>
  /** Bytes stored under the digest, or none. */
  readonly size: (digest: Digest) => Effect.Effect<Option.Option<number>, StorageFailure>
  /**
   * Opens what earlier attempts left of a blob that is not complete, or an empty beginning. Closing the scope keeps it,
   * as the death of the process does. Whoever calls this holds a lock on the digest. Stores that cannot keep beginnings
   * leave it out.
   */
  readonly partial?: (digest: Digest) => Effect.Effect<PartialBlob, StorageFailure, Scope.Scope>
  /** Opens a draft that nobody else can see. Closing the scope discards what was not published. */
  readonly stage: Effect.Effect<Draft, StorageFailure, Scope.Scope>
  /** Succeeds whether or not the blob was there. */
  readonly remove: (digest: Digest) => Effect.Effect<void, StorageFailure>
  /** Published blobs only, in any order. */
  readonly list: Stream.Stream<Digest, StorageFailure>
}

/** The beginning of a blob, kept from one attempt to the next. Nothing of it is verified. */
export interface PartialBlob {
  /** Bytes that were there when it was opened. */
  readonly size: number
  /** Absolute path of the file that they are in, for whoever reads them in another process. */
  readonly path?: string
  readonly append: (chunk: Uint8Array) => Effect.Effect<void, StorageFailure>
  /** Bytes from an offset on, at most `length` of them; fewer at the end of what has been appended so far. */
  readonly read: (offset: number, length: number) => Effect.Effect<Uint8Array, StorageFailure>
  /** Forgets all of it: the blob is complete elsewhere, or the bytes were wrong. */
  readonly discard: Effect.Effect<void, StorageFailure>
}

/** A blob in the making. */
export interface Draft {
  /** Once it has succeeded, the chunk is its sender's again, who may fill it with something else (BLOB-1). */
  readonly append: (chunk: Uint8Array) => Effect.Effect<void, StorageFailure>
  /** Makes the draft visible in one step. Publishing a digest that exists already changes nothing. */
  readonly publish: (digest: Digest) => Effect.Effect<void, StorageFailure>
}

/** Bytes by content address: what the engine uses. Built from a driver by {@link make}. */
export interface BlobStoreShape {
  /** Streams a blob, in chunks of any size. Fails with `BlobMissing` if it is not here (BLOB-1). */
  readonly read: (digest: Digest) => Stream.Stream<Uint8Array, BlobMissing | StorageFailure>
  /**
   * The whole blob in memory, for manifests and configs. Fails with `BlobCorrupt` when it is longer than `limit` bytes
   * or its bytes no longer hash to the digest.
   */
  readonly readWhole: (
    digest: Digest,
    limit?: number
  ) => Effect.Effect<Uint8Array, BlobMissing | BlobCorrupt | StorageFailure>
  /** Bytes stored under the digest, or none. */
  readonly size: (digest: Digest) => Effect.Effect<Option.Option<number>, StorageFailure>
  /**
   * Stores the bytes if they hash to `expected`, otherwise fails with `BlobCorrupt`.
   *
   * After a failure or an interruption nothing new is visible (BLOB-2, BLOB-4). Success says
   * that the blob is stored; it does not say that this call stored it (BLOB-3).
   */
  readonly write: <E, R>(
    expected: Digest,
    bytes: Stream.Stream<Uint8Array, E, R>
  ) => Effect.Effect<void, E | BlobCorrupt | StorageFailure, R>
  /**
   * Stores bytes whose digest nobody knows yet, and says what it is; all or nothing, as `write` (BLOB-7).
   */
  readonly add: <E, R>(
    bytes: Stream.Stream<Uint8Array, E, R>
  ) => Effect.Effect<{ readonly digest: Digest; readonly size: number }, E | StorageFailure, R>
  /** Succeeds whether or not the blob was there (BLOB-5). */
  readonly remove: (digest: Digest) => Effect.Effect<void, StorageFailure>
  /** Published blobs only, in any order. */
  readonly list: Stream.Stream<Digest, StorageFailure>
  /** What there is of a blob that is not complete (see `BlobDriver.partial`); none when this store keeps no beginnings. */
  readonly partial: (digest: Digest) => Effect.Effect<Option.Option<PartialBlob>, StorageFailure, Scope.Scope>
}

/** The service tag of {@link BlobStoreShape}. */
export class BlobStore extends Context.Tag("@gantry/core/BlobStore")<BlobStore, BlobStoreShape>() {}

/** Longest manifest or config that is read into memory: 4 MiB, the limit registries use as well. */
export const wholeLimit = 4 * 1024 * 1024

/**
 * Adds to a driver what no driver should have to remember: verification and all-or-nothing visibility.
 *
 * @example
 * ```ts
 * import type { Digest } from "@gantry/core/image/Digest"
 * import { make } from "@gantry/core/store/BlobStore"
 * import * as Effect from "effect/Effect"
 * import * as Option from "effect/Option"
 * import * as Stream from "effect/Stream"
 *
 * const kept = new Map<Digest, Uint8Array>()
 * const blobs = make({
 *   read: (digest) =>
 *     Effect.sync(() => Option.map(Option.fromNullable(kept.get(digest)), (bytes) => Stream.make(bytes))),
 *   size: (digest) => Effect.sync(() => Option.map(Option.fromNullable(kept.get(digest)), ({ length }) => length)),
 *   stage: Effect.sync(() => {
 *     let draft = new Uint8Array()
 *     return {
 *       append: (chunk) => Effect.sync(() => void (draft = Uint8Array.from([...draft, ...chunk]))),
 *       publish: (digest) => Effect.sync(() => void kept.set(digest, draft))
 *     }
 *   }),
 *   remove: (digest) => Effect.sync(() => void kept.delete(digest)),
 *   list: Stream.suspend(() => Stream.fromIterable(kept.keys()))
 * })
 * ```
 */
export const make = (driver: BlobDriver): BlobStoreShape => {
  const read = (digest: Digest): Stream.Stream<Uint8Array, BlobMissing | StorageFailure> =>
    Stream.unwrap(
      Effect.flatMap(
        driver.read(digest),
        Option.match({
          onNone: () => Effect.fail(new BlobMissing({ digest })),
          onSome: (bytes) => Effect.succeed(bytes)
        })
      )
    )
  const gathered = (digest: Digest, limit: number): Effect.Effect<Uint8Array, BlobMissing | StorageFailure> =>
    Effect.suspend(() => {
      const parts: Array<Uint8Array> = []
      let size = 0
      return read(digest).pipe(
        Stream.takeUntil((piece) => {
          parts.push(piece)
          size += piece.length
          return size >= limit
        }),
        Stream.runDrain,
        Effect.map(() => new Uint8Array(Buffer.concat(parts).subarray(0, limit)))
      )
    })
  const upTo = (digest: Digest, limit: number): Effect.Effect<Uint8Array, BlobMissing | StorageFailure> =>
    driver.readUpTo === undefined
      ? gathered(digest, limit)
      : Effect.flatMap(
          driver.readUpTo(digest, limit),
          Option.match({
            onNone: () => Effect.fail(new BlobMissing({ digest })),
            onSome: (bytes) => Effect.succeed(bytes)
          })
        )
  /** Writes bytes into a draft, counting them. */
  const staged = <E, R>(bytes: Stream.Stream<Uint8Array, E, R>) =>
    Effect.gen(function* () {
      const draft = yield* driver.stage
      const seen = hasher()
      yield* Stream.runForEach(bytes, (piece) => {
        if (piece.length === 0) return Effect.void
        seen.update(piece)
        return draft.append(piece)
      })
      return { draft, seen }
    })
  return {
    list: driver.list,
    partial: (digest) => (driver.partial === undefined ? Effect.succeedNone : Effect.asSome(driver.partial(digest))),
    remove: driver.remove,
    size: driver.size,
    read,
    readWhole: (expected, limit = wholeLimit) =>
      Effect.flatMap(upTo(expected, limit + 1), (bytes) => {
        const actual = ofBytes(bytes)
        return actual === expected && bytes.length <= limit
          ? Effect.succeed(bytes)
          : Effect.fail(new BlobCorrupt({ expected, actual, size: bytes.length }))
      }),
    write: (expected, bytes) =>
      Effect.scoped(
        Effect.gen(function* () {
          const { draft, seen } = yield* staged(bytes)
          const actual = seen.digest()
          if (actual !== expected) return yield* new BlobCorrupt({ expected, actual, size: seen.size() })
          yield* draft.publish(expected)
        })
      ),
    add: (bytes) =>
      Effect.scoped(
        Effect.gen(function* () {
          const { draft, seen } = yield* staged(bytes)
          const added = { digest: seen.digest(), size: seen.size() }
          yield* draft.publish(added.digest)
          return added
        })
      )
  }
}
