import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import type { PlatformError } from "@effect/platform/Error"
import { type Digest, digest as digestOf, hexOf } from "@gantry/core/image/Digest"
import type { Plugin } from "@gantry/core/Plugin"
import { type BlobDriver, BlobStore, make as makeStore } from "@gantry/core/store/BlobStore"
import { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

/** Where the blobs go. */
export interface FolderBlobsOptions {
  /** Absolute path of a directory that belongs to this store alone; made when missing. */
  readonly folder: string
}

/** Foreign errors become the contract's own here and nowhere else. */
const failed =
  (operation: StorageFailure["operation"], subject: string) =>
  (cause: PlatformError): StorageFailure =>
    new StorageFailure({ operation, subject, reason: reasonOf(cause), cause })

const reasonOf = (cause: PlatformError): StorageFailure["reason"] =>
  cause._tag === "SystemError" && cause.reason === "PermissionDenied" ? "PermissionDenied" : "Other"

const isGone = (cause: PlatformError): boolean => cause._tag === "SystemError" && cause.reason === "NotFound"
const isThere = (cause: PlatformError): boolean => cause._tag === "SystemError" && cause.reason === "AlreadyExists"

/** Two folders: a file in `blobs` is complete and named by its digest, what is in `drafts` may go at any time. */
const driver = (fs: FileSystem.FileSystem, path: Path.Path, blobs: string, drafts: string): BlobDriver => {
  const place = (digest: Digest) => path.join(blobs, hexOf(digest))
  const size: BlobDriver["size"] = (digest) =>
    fs.stat(place(digest)).pipe(
      Effect.map((found) => Option.some(Number(found.size))),
      Effect.catchIf(isGone, () => Effect.succeedNone),
      Effect.mapError(failed("read", digest))
    )
  return {
    size,
    read: (digest) =>
      Effect.map(
        size(digest),
        Option.map(() => Stream.mapError(fs.stream(place(digest)), failed("read", digest)))
      ),
    stage: Effect.gen(function* () {
      const draft = yield* Effect.mapError(fs.makeTempFileScoped({ directory: drafts }), failed("stage", drafts))
      const file = yield* Effect.mapError(fs.open(draft, { flag: "a" }), failed("stage", draft))
      return {
        append: (piece: Uint8Array) => Effect.mapError(file.writeAll(piece), failed("stage", draft)),
        publish: (digest: Digest) =>
          file.sync.pipe(
            // Linking fails when the name is taken, and then by the same bytes.
            Effect.zipRight(fs.link(draft, place(digest))),
            Effect.catchIf(isThere, () => Effect.void),
            Effect.mapError(failed("publish", digest))
          )
      }
    }),
    remove: (digest) => Effect.mapError(fs.remove(place(digest), { force: true }), failed("remove", digest)),
    list: Stream.fromIterableEffect(
      fs.readDirectory(blobs).pipe(
        Effect.map((names) => names.map((hex) => digestOf(`sha256:${hex}`))),
        Effect.mapError(failed("list", blobs))
      )
    )
  }
}

/** Blobs as files of one folder, through the platform's own file system: Node's, Bun's or another. */
export const make = ({ folder }: FolderBlobsOptions) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const [blobs, drafts] = [path.join(folder, "blobs"), path.join(folder, "drafts")] as const
    for (const each of [blobs, drafts]) {
      yield* Effect.mapError(fs.makeDirectory(each, { recursive: true }), failed("prepare", each))
    }
    return makeStore(driver(fs, path, blobs, drafts))
  })

/** The service as an Effect layer. */
export const layer = (
  options: FolderBlobsOptions
): Layer.Layer<BlobStore, StorageFailure, FileSystem.FileSystem | Path.Path> => Layer.effect(BlobStore, make(options))

export default { name: "template-store", contract: "blob-store", layer } satisfies Plugin<
  FolderBlobsOptions,
  BlobStore,
  StorageFailure,
  FileSystem.FileSystem | Path.Path
>
