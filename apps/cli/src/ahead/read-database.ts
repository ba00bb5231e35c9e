import { DatabaseSync } from "node:sqlite"
import type { Transaction } from "@gantry/core/state/Database"
import { databasePath } from "@gantry/core/state/database-path"
import { transactionOf } from "@gantry/core/state/statements"

/** Tables as this program knows them. */
export interface KnownTables {
  readonly owner: string
  readonly version: number
}

/** Reads tables; undefined when one of them is of another version: another gantry has made it, or none has yet. */
export const readDatabase = <A>(
  root: string,
  tables: ReadonlyArray<KnownTables>,
  read: (tx: Transaction) => A
): A | undefined => {
  const database = new DatabaseSync(databasePath(root), { readOnly: true })
  try {
    const tx = transactionOf(database)
    const versions = new Map(
      tx.all("SELECT owner, version FROM migrations").map((row) => [row["owner"], row["version"]])
    )
    return tables.every(({ owner, version }) => versions.get(owner) === version) ? read(tx) : undefined
  } finally {
    database.close()
  }
}
