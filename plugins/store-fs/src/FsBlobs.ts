import { closeSync, constants, fstatSync, openSync, readSync, statSync, writeFileSync } from "node:fs"
import { type FileHandle, open, readdir, rename, rm } from "node:fs/promises"
import { join } from "node:path"
import { makePassable } from "@gantry/core/make-passable"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { type Digest, hexOf, isDigest } from "@gantry/core/image/Digest"
import { Settings } from "@gantry/core/Settings"
import { type BlobDriver, BlobStore, type BlobStoreShape, make as makeStore } from "@gantry/core/store/BlobStore"
import { storageFailure } from "@gantry/core/store/StoreError"
import { errorCode } from "./error-code.ts"
import { ownName, partialName } from "./owner.ts"
import { placesOf } from "./places.ts"

/** Bytes that are read at once. */
const pieceSize = 256 * 1024

/** Writes the file that makes a directory an OCI image layout. Spec: OCI image-spec, image-layout.md. */
const markLayout = (root: string): void => {
  try {
    writeFileSync(join(root, "oci-layout"), `{"imageLayoutVersion":"1.0.0"}`, { flag: "wx", mode: 0o644 })
  } catch (cause) {
    if (errorCode(cause) !== "EEXIST") throw cause
  }
}

/**
 * On the disk: `blobs/sha256/<hex>` is complete and never changes; drafts lie in `ingest`.
 *
 * A draft is written through to the disk before it gets its name. The name itself is not: a journal keeps the order, so
 * no record written later can outlive it, and a blob whose name is lost is a blob that is fetched again.
 */
export const driver = (root: string): BlobDriver => {
  const places = placesOf(root)
  const place = (digest: Digest): string => join(places.blobs, hexOf(digest))
  let ready = false
  const makeReady = (): void => {
    if (ready) return
    for (const each of [places.blobs, places.ingest]) makePassable(each)
    markLayout(root)
    ready = true
  }

  // One call to the kernel takes less time than a thread that makes it.
  const sizeOf = (digest: Digest) =>
    Effect.try({
      try: () =>
        Option.map(Option.fromNullable(statSync(place(digest), { throwIfNoEntry: false })), ({ size }) => size),
      catch: storageFailure("read", digest)
    })

  const piecesOf = (digest: Digest) => {
    const failed = storageFailure("read", digest)
    return Stream.unwrapScoped(
      Effect.map(
        Effect.acquireRelease(
          Effect.tryPromise({ try: () => open(place(digest), constants.O_RDONLY), catch: failed }),
          (file) => Effect.promise(() => file.close())
        ),
        (file) => Stream.repeatEffectOption(nextPiece(file, failed))
      )
    )
  }

  return {
    size: sizeOf,
    // Every `run` reads a manifest or config; a stream would take longer to set up than to run.
    readUpTo: (digest, limit) =>
      Effect.try({
        try: () => Option.fromNullable(startOf(place(digest), limit)),
        catch: storageFailure("read", digest)
      }),
    read: (digest) =>
      Effect.map(
        sizeOf(digest),
        Option.map(() => piecesOf(digest))
      ),
    partial: (digest) => {
      const path = join(places.ingest, partialName(digest))
      const failed = storageFailure("stage", path)
      return Effect.map(
        Effect.acquireRelease(
          Effect.tryPromise({
            try: async () => {
              makeReady()
              const file = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_APPEND, 0o600)
              return { file, size: (await file.stat()).size }
            },
            catch: failed
          }),
          ({ file }) => Effect.promise(() => file.close().catch(() => {}))
        ),
        ({ file, size }) => ({
          size,
          path,
          append: (chunk) => Effect.tryPromise({ try: () => writeAll(file, chunk), catch: failed }),
          read: (offset, length) =>
            Effect.tryPromise({
              try: async () => {
                const { buffer, bytesRead } = await file.read(Buffer.allocUnsafeSlow(length), 0, length, offset)
                return buffer.subarray(0, bytesRead)
              },
              catch: failed
            }),
          discard: Effect.tryPromise({ try: () => rm(path, { force: true }), catch: failed })
        })
      )
    },
    stage: Effect.gen(function* () {
      const path = join(places.ingest, `${ownName()}-blob`)
      const failed = storageFailure("stage", path)
      const draft = yield* Effect.acquireRelease(
        Effect.tryPromise({
          try: async () => {
            makeReady()
            return await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o644)
          },
          catch: failed
        }),
        (file) =>
          // Closing waits for the write that an interruption left running.
          Effect.promise(async () => {
            await file.close().catch(() => {})
            await rm(path, { force: true }).catch(() => {})
          })
      )
      return {
        append: (chunk) => Effect.tryPromise({ try: () => writeAll(draft, chunk), catch: failed }),
        publish: (digest) =>
          Effect.tryPromise({
            try: async () => {
              await draft.sync()
              await rename(path, place(digest))
            },
            catch: storageFailure("publish", digest)
          })
      }
    }),
    remove: (digest) =>
      Effect.tryPromise({ try: () => rm(place(digest), { force: true }), catch: storageFailure("remove", digest) }),
    list: Stream.unwrap(
      Effect.map(
        Effect.tryPromise({
          try: () =>
            readdir(places.blobs).catch((cause: unknown) => {
              if (errorCode(cause) === "ENOENT") return []
              throw cause
            }),
          catch: storageFailure("list", places.blobs)
        }),
        (names) => Stream.fromIterable(names.map((name) => `sha256:${name}`).filter(isDigest))
      )
    )
  }
}

/** The first bytes of a file; undefined when there is none. */
const startOf = (path: string, limit: number): Uint8Array | undefined => {
  let fd: number
  try {
    fd = openSync(path, constants.O_RDONLY)
  } catch (cause) {
    if (errorCode(cause) === "ENOENT") return undefined
    throw cause
  }
  try {
    const bytes = new Uint8Array(Math.min(fstatSync(fd).size, limit))
    let at = 0
    while (at < bytes.length) {
      const read = readSync(fd, bytes, at, bytes.length - at, at)
      if (read === 0) break
      at += read
    }
    return bytes.subarray(0, at)
  } finally {
    closeSync(fd)
  }
}

const writeAll = async (file: FileHandle, chunk: Uint8Array): Promise<void> => {
  let at = 0
  while (at < chunk.length) at += (await file.write(chunk, at, chunk.length - at)).bytesWritten
}

const nextPiece = <E>(file: FileHandle, failed: (cause: unknown) => E): Effect.Effect<Uint8Array, Option.Option<E>> =>
  Effect.flatMap(
    Effect.tryPromise({
      try: () => file.read(Buffer.allocUnsafeSlow(pieceSize), 0, pieceSize, null),
      catch: (cause) => Option.some(failed(cause))
    }),
    ({ buffer, bytesRead }) =>
      bytesRead === 0 ? Effect.fail(Option.none()) : Effect.succeed(buffer.subarray(0, bytesRead))
  )

/** The blobs below a directory that belongs to gantry alone. It is made at the first write. */
export const make = (root: string): BlobStoreShape => makeStore(driver(root))

/** The blobs of `Settings.root`. */
export const layer: Layer.Layer<BlobStore, never, Settings> = Layer.effect(
  BlobStore,
  Effect.map(Settings, ({ root }) => make(root))
)
