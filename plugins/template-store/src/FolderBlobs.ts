import { createReadStream } from "node:fs"
import { link, mkdir, open, readdir, rm, stat } from "node:fs/promises"
import { join } from "node:path"
import { type Digest, digest as digestOf, hexOf } from "@gantry/core/image/Digest"
import type { Plugin } from "@gantry/core/Plugin"
import { type BlobDriver, BlobStore, make as makeStore } from "@gantry/core/store/BlobStore"
import { type StorageFailure, storageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

/** What a user must say. The descriptions are the documentation. */
export const FolderBlobsOptions = Schema.Struct({
  folder: Schema.NonEmptyString.annotations({
    description: "Absolute path of a directory that belongs to this store alone; made when missing"
  })
})

/** Where the blobs go. */
export type FolderBlobsOptions = typeof FolderBlobsOptions.Type

/** Foreign errors become the contract's own here and nowhere else. */
const attempt = <A>(operation: StorageFailure["operation"], subject: string, call: () => Promise<A>) =>
  Effect.tryPromise({ try: call, catch: storageFailure(operation, subject) })

const isCode = (code: string) => (cause: unknown) => cause instanceof Error && "code" in cause && cause.code === code
const isGone = isCode("ENOENT")
const isThere = isCode("EEXIST")

/** Two folders: a file in `blobs` is complete and named by its digest, what is in `drafts` may go at any time. */
const driver = (blobs: string, drafts: string): BlobDriver => {
  const place = (digest: Digest) => join(blobs, hexOf(digest))
  const size: BlobDriver["size"] = (digest) =>
    attempt("read", digest, () => stat(place(digest))).pipe(
      Effect.map((found) => Option.some(found.size)),
      Effect.catchIf(
        ({ cause }) => isGone(cause),
        () => Effect.succeedNone
      )
    )
  return {
    size,
    read: (digest) =>
      Effect.map(
        size(digest),
        Option.map(() =>
          // Opened when it is read, and once more when it is read again.
          Stream.suspend(() =>
            Stream.fromAsyncIterable<Uint8Array, StorageFailure>(
              createReadStream(place(digest)),
              storageFailure("read", digest)
            )
          )
        )
      ),
    stage: Effect.gen(function* () {
      const draft = join(drafts, crypto.randomUUID())
      const file = yield* Effect.acquireRelease(
        attempt("stage", draft, () => open(draft, "wx")),
        (handle) => Effect.promise(() => handle.close().then(() => rm(draft, { force: true })))
      )
      return {
        append: (piece: Uint8Array) => attempt("stage", draft, () => file.writeFile(piece)),
        publish: (digest: Digest) =>
          attempt("publish", digest, async () => {
            await file.sync()
            await link(draft, place(digest))
            // Linking fails when the name is taken, and then by the same bytes.
          }).pipe(
            Effect.catchIf(
              ({ cause }) => isThere(cause),
              () => Effect.void
            )
          )
      }
    }),
    remove: (digest) => attempt("remove", digest, () => rm(place(digest), { force: true })),
    list: Stream.fromIterableEffect(
      Effect.map(
        attempt("list", blobs, () => readdir(blobs)),
        (names) => names.map((hex) => digestOf(`sha256:${hex}`))
      )
    )
  }
}

/** Blobs as files of one folder. */
export const make = ({ folder }: FolderBlobsOptions) =>
  Effect.gen(function* () {
    const [blobs, drafts] = [join(folder, "blobs"), join(folder, "drafts")] as const
    for (const each of [blobs, drafts]) yield* attempt("prepare", each, () => mkdir(each, { recursive: true }))
    return makeStore(driver(blobs, drafts))
  })

/** The service as an Effect layer. */
export const layer = (options: FolderBlobsOptions): Layer.Layer<BlobStore, StorageFailure> =>
  Layer.effect(BlobStore, make(options))

export default {
  name: "template-store",
  contract: "blob-store",
  laws: "0.1.0",
  options: FolderBlobsOptions,
  layer
} satisfies Plugin<FolderBlobsOptions, BlobStore, StorageFailure, never>
