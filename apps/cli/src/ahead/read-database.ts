import { DatabaseSync } from "node:sqlite"
import type { Row, SqlValue, Transaction } from "@gantry/core/state/Database"
import { databasePath } from "@gantry/core/state/database-path"

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

/** Statements to an open database. */
export const transactionOf = (database: DatabaseSync): Transaction => {
  const known = new Map<string, ReturnType<DatabaseSync["prepare"]>>()
  const prepared = (sql: string) => {
    const statement = known.get(sql) ?? database.prepare(sql)
    known.set(sql, statement)
    return statement
  }
  return {
    all: (sql: string, ...values: ReadonlyArray<SqlValue>) => prepared(sql).all(...values) as ReadonlyArray<Row>,
    get: (sql: string, ...values: ReadonlyArray<SqlValue>) =>
      (prepared(sql).get(...values) ?? undefined) as Row | undefined,
    run: (sql: string, ...values: ReadonlyArray<SqlValue>) => Number(prepared(sql).run(...values).changes)
  }
}
