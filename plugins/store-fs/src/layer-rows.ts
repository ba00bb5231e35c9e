import type { Digest } from "@gantry/core/image/Digest"
import { hexOf } from "@gantry/core/image/Digest"
import type { IdMaps } from "@gantry/core/runtime/IdMaps"
import type { Migrations, Row, Transaction } from "@gantry/core/state/Database"
import type { LayerInfo } from "@gantry/core/store/LayerStore"
import { bootId } from "@gantry/linux/process-identity"

/**
 * The tables of the layer store. A layer or a tree exists when it has a row; directories without one are leftovers.
 *
 * `flushed`, `boot`: renaming a directory into place does not mean that its files have reached the disk, and asking for
 * that after every layer would cost more than most build steps do. So a row says in which boot it was written, and
 * `flush` marks it once the file system was told to write everything. After a power failure the rows of an earlier boot
 * that were never flushed count as missing: their files may be empty.
 */
export const layerTables: Migrations = {
  owner: "layers",
  steps: [
    `CREATE TABLE layers (
      diff_id TEXT PRIMARY KEY,
      short TEXT NOT NULL UNIQUE,
      size INTEGER NOT NULL,
      entries INTEGER NOT NULL,
      has_xattrs INTEGER NOT NULL,
      has_root INTEGER NOT NULL,
      has_recipe INTEGER NOT NULL,
      flushed INTEGER NOT NULL,
      boot TEXT NOT NULL
    ) STRICT;
    CREATE TABLE trees (
      id TEXT PRIMARY KEY,
      parents TEXT NOT NULL,
      keep INTEGER NOT NULL,
      owner TEXT NOT NULL
    ) STRICT`,
    "ALTER TABLE layers ADD COLUMN opaque_root INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE trees ADD COLUMN owners TEXT NOT NULL DEFAULT ''"
  ]
}

/** A stored layer. */
export interface LayerRow extends LayerInfo {
  /** Name of its directory. */
  readonly short: string
  /** Some entry has an extended attribute, or is opaque. */
  readonly hasXattrs: boolean
  /** It says what the root directory is. */
  readonly hasRoot: boolean
  /**
   * It hides all of the layers below. Overlayfs does not look for that mark on a root directory, so whoever stacks layers
   * ends with this one.
   */
  readonly opaqueRoot: boolean
  /** Its archive was not written by gantry, so the recipe beside its files is needed to write it again. */
  readonly hasRecipe: boolean
}

const layerOf = (row: Row): LayerRow => ({
  diffId: row["diff_id"] as Digest,
  short: String(row["short"]),
  size: Number(row["size"]),
  entries: Number(row["entries"]),
  hasXattrs: row["has_xattrs"] === 1,
  hasRoot: row["has_root"] === 1,
  opaqueRoot: row["opaque_root"] === 1,
  hasRecipe: row["has_recipe"] === 1
})

/** The layer of a diffID, unless it may have been lost in a power failure. */
export const findLayer = (tx: Pick<Transaction, "get">, diffId: Digest): LayerRow | undefined => {
  const row = tx.get("SELECT * FROM layers WHERE diff_id = ? AND (flushed = 1 OR boot = ?)", diffId, bootId())
  return row === undefined ? undefined : layerOf(row)
}

/**
 * The layers of a stack (base first) of which something can be seen, each once: what a layer says is said by its topmost
 * place, and overlayfs refuses a directory that is named twice.
 */
export const visibleRows = (rows: ReadonlyArray<LayerRow>): ReadonlyArray<LayerRow> => {
  const top = new Map(rows.map(({ diffId }, index) => [diffId, index]))
  const base = rows.findLastIndex(({ opaqueRoot }) => opaqueRoot)
  return rows.filter(({ diffId }, index) => index >= base && top.get(diffId) === index)
}

/** All layers that can be relied on, by diffID. */
export const allLayers = (tx: Transaction): ReadonlyArray<LayerRow> =>
  tx.all("SELECT * FROM layers WHERE flushed = 1 OR boot = ? ORDER BY diff_id", bootId()).map(layerOf)

/** The shortest unused beginning of the diffID, 12 characters or more. */
export const freeShort = (tx: Transaction, diffId: Digest): string => {
  const hex = hexOf(diffId)
  for (let length = 12; length < hex.length; length++) {
    const short = hex.slice(0, length)
    if (tx.get("SELECT 1 FROM layers WHERE short = ?", short) === undefined) return short
  }
  return hex
}

/** Whether a name can be that of a layer's directory. */
export const isLayerName = (name: string): boolean => /^[0-9a-f]{12,64}$/.test(name)

/** Records a layer that is in its place. */
export const insertLayer = (tx: Transaction, layer: LayerRow): void => {
  tx.run(
    `INSERT INTO layers (diff_id, short, size, entries, has_xattrs, has_root, opaque_root, has_recipe, flushed, boot)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?)`,
    layer.diffId,
    layer.short,
    layer.size,
    layer.entries,
    layer.hasXattrs ? 1 : 0,
    layer.hasRoot ? 1 : 0,
    layer.opaqueRoot ? 1 : 0,
    layer.hasRecipe ? 1 : 0,
    bootId()
  )
}

/** A writable tree. */
export interface TreeRow {
  readonly id: string
  readonly parents: ReadonlyArray<Digest>
  readonly keep: boolean
  readonly owner: string
  /** Whom files of whose belong to on the disk; whose they are when absent. */
  readonly owners?: IdMaps
}

const treeOf = (row: Row): TreeRow => ({
  id: String(row["id"]),
  parents: String(row["parents"])
    .split(" ")
    .filter((each) => each !== "") as ReadonlyArray<string> as ReadonlyArray<Digest>,
  keep: row["keep"] === 1,
  owner: String(row["owner"]),
  ...(row["owners"] === "" ? {} : { owners: JSON.parse(String(row["owners"])) as IdMaps })
})

/** The tree of a name. */
export const findTree = (tx: Transaction, id: string): TreeRow | undefined => {
  const row = tx.get("SELECT * FROM trees WHERE id = ?", id)
  return row === undefined ? undefined : treeOf(row)
}

/** Every tree. */
export const allTrees = (tx: Transaction): ReadonlyArray<TreeRow> =>
  tx.all("SELECT * FROM trees ORDER BY id").map(treeOf)

/** Records a tree; its name must be free. */
export const insertTree = (tx: Transaction, tree: TreeRow): void => {
  tx.run(
    "INSERT INTO trees (id, parents, keep, owner, owners) VALUES (?, ?, ?, ?, ?)",
    tree.id,
    tree.parents.join(" "),
    tree.keep ? 1 : 0,
    tree.owner,
    tree.owners === undefined ? "" : JSON.stringify(tree.owners)
  )
}

/** Names of the trees that stand on a layer. */
export const usersOf = (tx: Transaction, diffId: Digest): ReadonlyArray<string> =>
  tx.all("SELECT id FROM trees WHERE instr(parents, ?) > 0 ORDER BY id", diffId).map((row) => String(row["id"]))
