import type { Digest } from "@gantry/core/image/Digest"
import type { Transaction } from "@gantry/core/state/Database"
import type { Grounds } from "./Grounds.ts"

/** Who owns the table of grounds, and how it came to be. */
export const groundsTable = {
  owner: "grounds",
  steps: [
    `CREATE TABLE grounds (
      key TEXT PRIMARY KEY,
      grounds TEXT NOT NULL,
      kept_at INTEGER NOT NULL
    ) STRICT`
  ]
} as const

/** Builds whose grounds are kept: those that were kept last. */
const mostBuilds = 100

/** The grounds of a build; undefined when none are kept. */
export const readGrounds = (tx: Pick<Transaction, "get">, key: string): Grounds | undefined => {
  const text = tx.get("SELECT grounds FROM grounds WHERE key = ?", key)?.["grounds"]
  return typeof text === "string" ? (JSON.parse(text) as Grounds) : undefined
}

/** Keeps the grounds of a build in the place of earlier ones. */
export const writeGrounds = (tx: Pick<Transaction, "run">, key: string, grounds: Grounds): void => {
  tx.run("INSERT OR REPLACE INTO grounds VALUES (?, ?, ?)", key, JSON.stringify(grounds), grounds.at)
  tx.run("DELETE FROM grounds WHERE key NOT IN (SELECT key FROM grounds ORDER BY kept_at DESC LIMIT ?)", mostBuilds)
}

/** All that a name of an image leads to, in one text to be compared. */
export const whereNameLeads = (tx: Pick<Transaction, "all">, name: string): string =>
  JSON.stringify(
    tx
      .all("SELECT image, position, via FROM image_names WHERE name = ? ORDER BY position, image", name)
      .map(({ image, position, via }) => [image, position, via])
  )

/** What a name leads to that means one image and nothing else. */
export const onlyTo = (id: Digest): string => JSON.stringify([[id, 0, null]])

/** Whether an image is on record with a manifest. */
export const hasImage = (tx: Pick<Transaction, "get">, { id, manifest }: Grounds["image"]): boolean =>
  tx.get("SELECT manifest FROM images WHERE id = ?", id)?.["manifest"] === manifest
