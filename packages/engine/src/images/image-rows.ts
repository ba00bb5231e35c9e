import { type Digest, digest } from "@gantry/core/image/Digest"
import * as ImageRef from "@gantry/core/image/ImageRef"
import type { Row, Transaction } from "@gantry/core/state/Database"
import { imageTables, namesOfImage } from "./still-called.ts"
import type { ImageRecord, NewImage, NewIndex, RepositoryDigest } from "./ImageRecord.ts"

/** Images, their names, and what registries call them. */
export const migrations = {
  owner: imageTables.owner,
  steps: [
    `CREATE TABLE images (
       id TEXT PRIMARY KEY, manifest TEXT NOT NULL, manifest_size INTEGER NOT NULL, manifest_type TEXT NOT NULL,
       stack TEXT NOT NULL, size INTEGER NOT NULL, created_at INTEGER NOT NULL, labels TEXT NOT NULL,
       last_used INTEGER NOT NULL
     ) STRICT;
     CREATE TABLE image_names (name TEXT PRIMARY KEY, image TEXT NOT NULL REFERENCES images(id) ON DELETE CASCADE) STRICT;
     CREATE INDEX image_names_image ON image_names(image)`,
    `CREATE TABLE image_digests (
       repository TEXT NOT NULL, digest TEXT NOT NULL, image TEXT NOT NULL REFERENCES images(id) ON DELETE CASCADE,
       PRIMARY KEY (repository, digest)
     ) STRICT;
     CREATE INDEX image_digests_image ON image_digests(image)`,
    `ALTER TABLE images ADD COLUMN layout TEXT;
     ALTER TABLE images ADD COLUMN layout_size INTEGER`,
    // A name may lead to several images, one a platform, through an index; the lowest position is meant by the name alone.
    `CREATE TABLE names_of_images (
       name TEXT NOT NULL, image TEXT NOT NULL REFERENCES images(id) ON DELETE CASCADE, position INTEGER NOT NULL,
       via TEXT, via_size INTEGER, PRIMARY KEY (name, image)
     ) STRICT;
     INSERT INTO names_of_images SELECT name, image, 0, NULL, NULL FROM image_names;
     DROP TABLE image_names;
     ALTER TABLE names_of_images RENAME TO image_names;
     CREATE INDEX image_names_image ON image_names(image)`,
    // Whether the layout's index is still to be written: a process that is killed may leave that to the next.
    `CREATE TABLE image_layout (stale INTEGER NOT NULL) STRICT;
     INSERT INTO image_layout VALUES (0)`,
    // The digest of an index is that of all its images.
    `CREATE TABLE digests_of_images (
       repository TEXT NOT NULL, digest TEXT NOT NULL, image TEXT NOT NULL REFERENCES images(id) ON DELETE CASCADE,
       PRIMARY KEY (repository, digest, image)
     ) STRICT;
     INSERT INTO digests_of_images SELECT repository, digest, image FROM image_digests;
     DROP TABLE image_digests;
     ALTER TABLE digests_of_images RENAME TO image_digests;
     CREATE INDEX image_digests_image ON image_digests(image)`
  ]
}

/** How names stand in the table: complete, without digest. */
export const nameOf = ({ registry, repository, tag }: ImageRef.ImageRef): string =>
  ImageRef.format({ registry, repository, ...(tag === undefined ? {} : { tag }) })

/** An image with all that other tables say of it. */
export const recordOf = (tx: Transaction, row: Row): ImageRecord => ({
  id: digest(String(row["id"])),
  manifest: digest(String(row["manifest"])),
  manifestSize: Number(row["manifest_size"]),
  manifestType: String(row["manifest_type"]),
  ...(row["layout"] === null
    ? {}
    : { layout: { digest: digest(String(row["layout"])), size: Number(row["layout_size"]) } }),
  stack: (JSON.parse(String(row["stack"])) as ReadonlyArray<string>).map(digest),
  size: Number(row["size"]),
  createdAt: Number(row["created_at"]),
  labels: JSON.parse(String(row["labels"])) as Record<string, string>,
  lastUsed: Number(row["last_used"]),
  names: tx.all(`${namesOfImage} ORDER BY name`, String(row["id"])).map((each) => String(each["name"])),
  lesserNames: tx
    .all("SELECT name FROM image_names WHERE image = ? AND position > 0 ORDER BY name", String(row["id"]))
    .map((each) => String(each["name"])),
  digests: tx
    .all("SELECT repository, digest FROM image_digests WHERE image = ? ORDER BY repository, digest", String(row["id"]))
    .map((each) => `${each["repository"]}@${each["digest"]}`),
  indexes: tx
    .all("SELECT DISTINCT via FROM image_names WHERE image = ? AND via IS NOT NULL ORDER BY via", String(row["id"]))
    .map((each) => digest(String(each["via"])))
})

/** The image that a name means, or that has the digest of the name. */
export const byRef = (tx: Transaction, ref: ImageRef.ImageRef): Row | undefined => {
  if (ref.digest === undefined) return rowsNamed(tx, ref)[0]
  return tx.get("SELECT * FROM images WHERE manifest = ?1 OR id = ?1", ref.digest) ?? rowsNamed(tx, ref)[0]
}

/**
 * All images that a name leads to, the one that the name alone means first: for a digest of several images the one that
 * was last known to have it.
 */
export const rowsNamed = (tx: Transaction, ref: ImageRef.ImageRef): ReadonlyArray<Row> =>
  ref.digest === undefined
    ? tx.all(
        "SELECT images.* FROM image_names JOIN images ON images.id = image_names.image WHERE name = ? ORDER BY position",
        nameOf(ref)
      )
    : tx.all(
        `SELECT images.* FROM image_digests JOIN images ON images.id = image_digests.image
         WHERE repository = ? AND digest = ? ORDER BY image_digests.rowid DESC`,
        nameOf({ registry: ref.registry, repository: ref.repository }),
        ref.digest
      )

/** Whether the layout's index says already that these names alone mean this image. */
export const hasEntry = (tx: Transaction, image: NewImage, names: ReadonlyArray<ImageRef.ImageRef>): boolean => {
  const row = tx.get("SELECT manifest, layout FROM images WHERE id = ?", image.id)
  if (row?.["manifest"] !== image.manifest || row["layout"] !== (image.layout?.digest ?? null)) return false
  return names.every((name) => {
    const [only, ...more] = tx.all("SELECT image, via FROM image_names WHERE name = ?", nameOf(name))
    return more.length === 0 && only?.["image"] === image.id && only["via"] === null
  })
}

/** Moves a name to images, through an index when there is one. */
export const setName = (
  tx: Transaction,
  name: ImageRef.ImageRef,
  images: ReadonlyArray<Digest>,
  via?: NewIndex
): void => {
  tx.run("DELETE FROM image_names WHERE name = ?", nameOf(name))
  for (const [position, id] of images.entries()) {
    tx.run(
      "INSERT OR IGNORE INTO image_names VALUES (?, ?, ?, ?, ?)",
      nameOf(name),
      id,
      position,
      via?.digest ?? null,
      via?.size ?? null
    )
  }
}

/**
 * Moves a name to all images that another one leads to, through the same index. Returns false, and does nothing, when that
 * one alone does not mean this image.
 */
export const copyName = (tx: Transaction, name: ImageRef.ImageRef, like: ImageRef.ImageRef, id: Digest): boolean => {
  const rows = tx.all("SELECT * FROM image_names WHERE name = ? ORDER BY position", nameOf(like))
  if (like.digest !== undefined || rows[0]?.["image"] !== id) return false
  if (nameOf(like) === nameOf(name)) return true
  tx.run("DELETE FROM image_names WHERE name = ?", nameOf(name))
  const insert = "INSERT INTO image_names SELECT ?, image, position, via, via_size FROM image_names WHERE name = ?"
  tx.run(insert, nameOf(name), nameOf(like))
  return true
}

/** Records an image, or that it is used again. */
export const setImage = (tx: Transaction, image: NewImage): void =>
  void tx.run(
    `INSERT INTO images (id, manifest, manifest_size, manifest_type, stack, size, created_at, labels, last_used,
       layout, layout_size) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT(id) DO UPDATE SET manifest = excluded.manifest, manifest_size = excluded.manifest_size,
       manifest_type = excluded.manifest_type, last_used = excluded.last_used, layout = excluded.layout,
       layout_size = excluded.layout_size`,
    image.id,
    image.manifest,
    image.manifestSize,
    image.manifestType,
    JSON.stringify(image.stack),
    image.size,
    image.createdAt,
    JSON.stringify(image.labels),
    Date.now(),
    image.layout?.digest ?? null,
    image.layout?.size ?? null
  )

/** Remembers under which digests registries have an image. */
export const setDigests = (tx: Transaction, id: Digest, digests: ReadonlyArray<RepositoryDigest>): void => {
  for (const { digest: known, registry, repository } of digests) {
    tx.run("INSERT OR REPLACE INTO image_digests VALUES (?, ?, ?)", nameOf({ registry, repository }), known, id)
  }
}
