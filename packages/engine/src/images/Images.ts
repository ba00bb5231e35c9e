import { type Digest, digest, isDigest } from "@gantry/core/image/Digest"
import type { ImageConfig } from "@gantry/core/image/ImageConfig"
import * as ImageRef from "@gantry/core/image/ImageRef"
import { Settings } from "@gantry/core/Settings"
import { Database, type Transaction } from "@gantry/core/state/Database"
import { BlobStore } from "@gantry/core/store/BlobStore"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import { AmbiguousId, BadImageName, ImageBroken, NoSuchImage } from "../EngineError.ts"
import { imageEvent } from "../events/actors.ts"
import { record as tell } from "../events/Journal.ts"
import { nearestFew } from "@gantry/core/nearest"
import { decodeConfig } from "./image-json.ts"
import type { ImageRecord, NewImage, NewIndex, RepositoryDigest } from "./ImageRecord.ts"
import {
  byRef,
  copyName,
  hasEntry,
  migrations,
  nameOf,
  recordOf,
  rowsNamed,
  setDigests,
  setImage,
  setName
} from "./image-rows.ts"
import { isMarked, layoutIndex, readLayoutIndex, writeLayoutIndex } from "./layout-index.ts"
import { useImages } from "./use-images.ts"

/** The truth about names of images. */
export interface ImagesShape {
  /** Finds an image by name, ID, beginning of an ID, or digest. */
  readonly find: (text: string) => Effect.Effect<ImageRecord, NoSuchImage | AmbiguousId | BadImageName | StorageFailure>
  readonly config: (image: Pick<ImageRecord, "id">) => Effect.Effect<ImageConfig, ImageBroken | StorageFailure>
  /** Records an image whose blobs and layers are stored, and moves the names to it, in one step. */
  readonly put: (
    image: NewImage,
    names: ReadonlyArray<ImageRef.ImageRef>,
    digests?: ReadonlyArray<RepositoryDigest>
  ) => Effect.Effect<void, StorageFailure>
  /** Records the images of an index, and moves the names to all of them, in one step. */
  readonly putIndex: (index: NewIndex, names: ReadonlyArray<ImageRef.ImageRef>) => Effect.Effect<void, StorageFailure>
  /**
   * All images that a name, or a digest in a repository, leads to, one a platform, the one that it alone means first; none
   * when it is free.
   */
  readonly named: (name: ImageRef.ImageRef) => Effect.Effect<ReadonlyArray<ImageRecord>, StorageFailure>
  /** The index that a name leads to, when it leads to one. */
  readonly indexOf: (name: ImageRef.ImageRef) => Effect.Effect<Digest | undefined, StorageFailure>
  /** Moves a name to an image, or to all images that `like` leads to, where that alone means this one. */
  readonly tag: (name: ImageRef.ImageRef, id: Digest, like?: ImageRef.ImageRef) => Effect.Effect<void, StorageFailure>
  /** Remembers under which digests registries have an image. An image that is gone meanwhile stays gone. */
  readonly learn: (id: Digest, digests: ReadonlyArray<RepositoryDigest>) => Effect.Effect<void, StorageFailure>
  /**
   * Takes a name away, or a digest when the name has one. With the last tag of a repository its digests go too, for the
   * same image. Returns the digests that went, as `repository@digest`. Succeeds when there is no such name.
   */
  readonly untag: (name: ImageRef.ImageRef) => Effect.Effect<ReadonlyArray<string>, StorageFailure>
  /**
   * Forgets an image and its names. `ifNamed`: only when these are its names, so that one that was given another in the
   * meantime stays. Returns whether it is forgotten.
   */
  readonly forget: (
    id: Digest,
    only?: { readonly ifNamed: ReadonlyArray<string> }
  ) => Effect.Effect<boolean, StorageFailure>
  /**
   * Writes the layout's index if a process was killed between a change and that: the database is the truth, and the index
   * follows it.
   */
  readonly settleIndex: Effect.Effect<void, StorageFailure>
  /** Whether the layout's index says what the database says. */
  readonly indexIsRight: Effect.Effect<boolean, StorageFailure>
  /** Writes the layout's index anew. */
  readonly writeIndex: Effect.Effect<void, StorageFailure>
  /** All images, newest first. */
  readonly list: Effect.Effect<ReadonlyArray<ImageRecord>, StorageFailure>
  readonly touch: (id: Digest, at: number) => Effect.Effect<void, StorageFailure>
}

/** The service tag of {@link ImagesShape}. */
export class Images extends Context.Tag("@gantry/engine/Images")<Images, ImagesShape>() {}

/** Reads a name as people type it. */
export const parseName = (text: string): Effect.Effect<ImageRef.ImageRef, BadImageName> =>
  Either.match(ImageRef.parse(text), {
    onLeft: (problem) => Effect.fail(new BadImageName(problem)),
    onRight: (ref) => Effect.succeed(ref)
  })

/** Names of images in the database, their configs in the blob store. */
export const make = Effect.gen(function* () {
  const db = yield* Database
  const blobs = yield* BlobStore
  const { root } = yield* Settings
  yield* db.migrate(migrations)

  const find: ImagesShape["find"] = Effect.fnUntraced(function* (text) {
    if (isDigest(text)) {
      const record = yield* db.read("images", (tx) => {
        const row =
          tx.get("SELECT * FROM images WHERE id = ? OR manifest = ?", text, text) ??
          tx.get(
            `SELECT images.* FROM image_names JOIN images ON images.id = image_names.image WHERE via = ?
             ORDER BY position LIMIT 1`,
            text
          )
        return row === undefined ? undefined : recordOf(tx, row)
      })
      return record ?? (yield* missing(text))
    }
    const ref = ImageRef.parse(text)
    const named = Either.isRight(ref)
      ? yield* db.read("images", (tx) => {
          const row = byRef(tx, ref.right)
          return row === undefined ? undefined : recordOf(tx, row)
        })
      : undefined
    if (named !== undefined) return named
    const prefix = text.startsWith("sha256:") ? text.slice("sha256:".length) : text
    if (/^[0-9a-f]{2,64}$/.test(prefix)) {
      const found = yield* db.read("images", (tx) =>
        tx.all("SELECT * FROM images WHERE id GLOB ? ORDER BY id", `sha256:${prefix}*`).map((row) => recordOf(tx, row))
      )
      const [only, ...more] = found
      if (only !== undefined && more.length === 0) return only
      if (only !== undefined) {
        return yield* new AmbiguousId({
          kind: "image",
          prefix,
          found: found.map((each) => each.id.slice("sha256:".length))
        })
      }
    }
    if (Either.isLeft(ref) && !/^[0-9a-f]{64}$/.test(prefix)) return yield* new BadImageName(ref.left)
    return yield* missing(text)
  })

  const missing = (text: string) =>
    Effect.flatMap(
      db.read("images", (tx) => tx.all("SELECT DISTINCT name FROM image_names").map((row) => String(row["name"]))),
      (names) => Effect.fail(new NoSuchImage({ reference: text, near: alike(text, names) }))
    )

  const writeIndex = (tx: Transaction): void => {
    writeLayoutIndex(root, layoutIndex(tx))
    tx.run("UPDATE image_layout SET stale = 0")
  }

  const isStale = (tx: Transaction): boolean => tx.get("SELECT stale FROM image_layout")?.["stale"] === 1

  const settleIndex = db.write("images", (tx) => {
    if (isStale(tx)) writeIndex(tx)
  })

  /** Changes names or images, and then the index: after the database, so that no kill leaves it ahead of the truth. */
  const change = <A>(body: (tx: Transaction) => A): Effect.Effect<A, StorageFailure> =>
    Effect.zipLeft(
      db.write("images", (tx) => {
        const result = body(tx)
        tx.run("UPDATE image_layout SET stale = 1")
        return result
      }),
      settleIndex
    )

  const shape: ImagesShape = {
    find,
    config: ({ id }) =>
      blobs.readWhole(id).pipe(
        Effect.catchTag("BlobMissing", "BlobCorrupt", (problem) =>
          Effect.fail(new ImageBroken({ reference: id, why: problem.message }))
        ),
        Effect.flatMap((bytes) =>
          Either.match(decodeConfig(bytes), {
            onLeft: (why) => Effect.fail(new ImageBroken({ reference: id, why: `its config is malformed: ${why}` })),
            onRight: (config) => Effect.succeed(config)
          })
        )
      ),
    put: (image, names, digests = []) =>
      Effect.flatMap(
        db.write("images", (tx) => {
          // A build of which nothing has changed makes the same image under the same names, and has no time for an index.
          if (!hasEntry(tx, image, names)) tx.run("UPDATE image_layout SET stale = 1")
          setImage(tx, image)
          for (const name of names) setName(tx, name, [image.id])
          setDigests(tx, image.id, digests)
          return isStale(tx)
        }),
        (stale) => (stale ? settleIndex : Effect.void)
      ),
    putIndex: (index, names) =>
      change((tx) => {
        for (const image of index.images) setImage(tx, image)
        const ids = index.images.map(({ id }) => id)
        for (const name of names) setName(tx, name, ids, index)
      }),
    named: (name) => db.read("images", (tx) => rowsNamed(tx, name).map((row) => recordOf(tx, row))),
    indexOf: (name) =>
      db.read("images", (tx) => {
        const via = tx.get("SELECT via FROM image_names WHERE name = ? AND via IS NOT NULL", nameOf(name))?.["via"]
        return via === undefined ? undefined : digest(String(via))
      }),
    tag: (name, id, like) =>
      Effect.zipLeft(
        change((tx) => {
          if (like === undefined || !copyName(tx, name, like, id)) setName(tx, name, [id])
        }),
        tell(imageEvent("tag", id, ImageRef.familiar(name)))
      ),
    learn: (id, digests) =>
      db.write("images", (tx) => {
        if (tx.get("SELECT id FROM images WHERE id = ?", id) !== undefined) setDigests(tx, id, digests)
      }),
    untag: (name) => {
      let untagged: string | undefined
      return change((tx) => {
        untagged = undefined
        const repository = nameOf({ registry: name.registry, repository: name.repository })
        if (name.digest !== undefined) {
          tx.run("DELETE FROM image_digests WHERE repository = ? AND digest = ?", repository, name.digest)
          return [`${repository}@${name.digest}`]
        }
        const image = tx.get("SELECT image FROM image_names WHERE name = ?", nameOf(name))?.["image"]
        if (typeof image !== "string") return []
        untagged = image
        tx.run("DELETE FROM image_names WHERE name = ?", nameOf(name))
        const left = tx.all("SELECT name FROM image_names WHERE image = ?", image).map((row) => String(row["name"]))
        if (left.some((each) => each.replace(/:[^:/]*$/, "") === repository)) return []
        const digests = tx
          .all("SELECT digest FROM image_digests WHERE image = ? AND repository = ? ORDER BY digest", image, repository)
          .map((row) => `${repository}@${row["digest"]}`)
        tx.run("DELETE FROM image_digests WHERE image = ? AND repository = ?", image, repository)
        return digests
      }).pipe(
        Effect.tap(() =>
          untagged === undefined ? Effect.void : tell(imageEvent("untag", untagged, ImageRef.familiar(name)))
        )
      )
    },
    forget: (id, only) =>
      change((tx) => {
        const row = tx.get("SELECT * FROM images WHERE id = ?", id)
        if (row === undefined) return false
        if (only !== undefined && recordOf(tx, row).names.join(" ") !== only.ifNamed.join(" ")) return false
        tx.run("DELETE FROM images WHERE id = ?", id)
        return true
      }).pipe(Effect.tap((gone) => (gone ? tell(imageEvent("delete", id, id)) : Effect.void))),
    settleIndex,
    indexIsRight: db.read("images", (tx) => {
      const count = Number(tx.get("SELECT count(*) AS count FROM images")?.["count"])
      const written = readLayoutIndex(root)
      // A store that never had an image has no index.
      return written === undefined ? count === 0 : written === layoutIndex(tx) && isMarked(root)
    }),
    writeIndex: db.write("images", writeIndex),
    list: db.read("images", (tx) =>
      tx.all("SELECT * FROM images ORDER BY created_at DESC, id").map((row) => recordOf(tx, row))
    ),
    touch: (id, at) => db.write("images", (tx) => useImages(tx, [id], at))
  }
  return shape
})

/** The service as an Effect layer. */
export const layer = Layer.effect(Images, make)

/**
 * Names that look like what was typed, as people type them. Without a tag only the repository is compared: whoever
 * mistypes `nginx` leaves out the same tag again.
 */
const alike = (typed: string, names: ReadonlyArray<string>): ReadonlyArray<string> => {
  const refs = names
    .map(ImageRef.parse)
    .filter(Either.isRight)
    .map(({ right }) => right)
  if (/[:@][^/]*$/.test(typed)) return nearestFew(typed, refs.map(ImageRef.familiar))
  return nearestFew(typed, refs.map(ImageRef.familiarName))
    .flatMap((repository) => refs.filter((ref) => ImageRef.familiarName(ref) === repository))
    .map((ref) => ImageRef.familiar(ref).replace(/:latest$/, ""))
    .slice(0, 3)
}
