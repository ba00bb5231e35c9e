import type { Row, SqlValue, Transaction } from "./Database.ts"

/** A statement of a database of this process, as `node:sqlite` has it. */
interface Prepared {
  readonly all: (...values: ReadonlyArray<SqlValue>) => ReadonlyArray<unknown>
  readonly get: (...values: ReadonlyArray<SqlValue>) => unknown
  readonly run: (...values: ReadonlyArray<SqlValue>) => { readonly changes: number | bigint }
}

/** An open database. */
export interface Statements {
  readonly prepare: (sql: string) => Prepared
}

/** Statements to an open database, each of them prepared once. */
export const transactionOf = (database: Statements): Transaction => {
  const known = new Map<string, Prepared>()
  const prepared = (sql: string): Prepared => {
    const statement = known.get(sql) ?? database.prepare(sql)
    known.set(sql, statement)
    return statement
  }
  return {
    all: (sql, ...values) => prepared(sql).all(...values) as ReadonlyArray<Row>,
    get: (sql, ...values) => (prepared(sql).get(...values) ?? undefined) as Row | undefined,
    run: (sql, ...values) => Number(prepared(sql).run(...values).changes)
  }
}
