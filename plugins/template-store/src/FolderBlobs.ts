import { randomUUID } from "node:crypto"
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
import * as Stream from "effect/Stream"

/** Where the blobs go. */
export interface FolderBlobsOptions {
  /** Absolute path of a directory that belongs to this store alone; made when missing. */
  readonly folder: string
}

/** Runs one call of the storage; what it throws is translated here and nowhere else. */
const attempt = <A>(operation: StorageFailure["operation"], subject: string, call: () => Promise<A>) =>
  Effect.tryPromise({ try: call, catch: storageFailure(operation, subject) })

const codeOf = (cause: unknown) => (cause instanceof Error && "code" in cause ? cause.code : undefined)

/** Undefined when there is no such file; any other refusal is thrown. */
const sizeOf = (path: string) =>
  stat(path).then(
    ({ size }) => size,
    (cause: unknown) => (codeOf(cause) === "ENOENT" ? undefined : Promise.reject(cause))
  )

/** Two folders: a file in `blobs` is complete and named by its digest, what is in `drafts` may go at any time. */
const driver = (blobs: string, drafts: string): BlobDriver => {
  const place = (digest: Digest) => join(blobs, hexOf(digest))
  const size: BlobDriver["size"] = (digest) =>
    Effect.map(
      attempt("read", digest, () => sizeOf(place(digest))),
      Option.fromNullable
    )
  return {
    size,
    read: (digest) =>
      Effect.map(
        size(digest),
        Option.map(() =>
          Stream.fromAsyncIterable<Uint8Array, StorageFailure>(
            createReadStream(place(digest)),
            storageFailure("read", digest)
          )
        )
      ),
    stage: Effect.gen(function* () {
      const draft = join(drafts, randomUUID())
      const file = yield* Effect.acquireRelease(
        attempt("stage", draft, () => open(draft, "wx")),
        (opened) => Effect.promise(() => opened.close().then(() => rm(draft, { force: true })))
      )
      return {
        append: (piece) => attempt("stage", draft, () => file.writeFile(piece)),
        // Linking fails when the name is taken, and then by the same bytes: renaming would do as well.
        publish: (digest) =>
          attempt("publish", digest, () => file.sync().then(() => link(draft, place(digest)))).pipe(
            Effect.catchIf(
              ({ cause }) => codeOf(cause) === "EEXIST",
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
export const layer = ({ folder }: FolderBlobsOptions): Layer.Layer<BlobStore, StorageFailure> => {
  const [blobs, drafts] = [join(folder, "blobs"), join(folder, "drafts")]
  const made = attempt("prepare", folder, () =>
    Promise.all([blobs, drafts].map((each) => mkdir(each, { recursive: true })))
  )
  return Layer.effect(
    BlobStore,
    Effect.map(made, () => makeStore(driver(blobs, drafts)))
  )
}

export default { name: "template-store", contract: "blob-store", layer } satisfies Plugin<
  FolderBlobsOptions,
  BlobStore,
  StorageFailure,
  never
>
