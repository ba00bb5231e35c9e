import { accessSync, chmodSync, closeSync, constants, openSync, statSync } from "node:fs"
import { dirname } from "node:path"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { makePassable } from "../make-passable.ts"
import { type StorageFailure, storageFailure } from "../store/StoreError.ts"
import { isFull, isNarrow, keepReserve, useReserve } from "./reserve.ts"
import { type Statements, transactionOf } from "./statements.ts"

/** A value SQLite stores. */
export type SqlValue = string | number | bigint | null | Uint8Array

/** A row: column names to values. */
export type Row = { readonly [column: string]: SqlValue }

/** Tables of one owner, in the order they came to be: each text runs once per database, in a transaction. */
export interface Migrations {
  /** Whose tables: `images`, `layers`, `network`. */
  readonly owner: string
  readonly steps: ReadonlyArray<string>
}

/** The database was written by a newer gantry. Using that one helps. */
export class DatabaseTooNew extends Data.TaggedError("DatabaseTooNew")<{
  readonly path: string
  readonly owner: string
}> {
  override get message() {
    return `${this.path} was written by a newer gantry (tables of ${this.owner})`
  }
}

/** Statements inside a transaction: synchronous, so that no other work of this process comes between. */
export interface Transaction {
  readonly all: (sql: string, ...values: ReadonlyArray<SqlValue>) => ReadonlyArray<Row>
  readonly get: (sql: string, ...values: ReadonlyArray<SqlValue>) => Row | undefined
  /** The number of rows changed. */
  readonly run: (sql: string, ...values: ReadonlyArray<SqlValue>) => number
}

/** The truth about names: one SQLite file, opened at first use, shared by everything in the process. */
export interface DatabaseShape {
  /** Absolute path of the file. */
  readonly path: string
  /** Brings the tables of one owner up to date; cheap when they are. */
  readonly migrate: (migrations: Migrations) => Effect.Effect<void, StorageFailure | DatabaseTooNew>
  /** Runs reads that see one state. */
  readonly read: <A>(what: string, body: (tx: Transaction) => A) => Effect.Effect<A, StorageFailure>
  /**
   * Runs reads and writes as one step: all or nothing, and no other process writes between. What the body throws undoes
   * it and becomes the `StorageFailure`'s cause.
   */
  readonly write: <A>(what: string, body: (tx: Transaction) => A) => Effect.Effect<A, StorageFailure>
}

/** The service tag of {@link DatabaseShape}. */
export class Database extends Context.Tag("@gantry/core/Database")<Database, DatabaseShape>() {}

interface Connection extends Statements {
  readonly exec: (sql: string) => void
  readonly close: () => void
}

/** How a database is opened. */
export interface DatabaseOptions {
  /**
   * Leaves closing to the end of the process. Closing writes the log back into the file and waits for the disk, which a
   * program that ends anyway need not do: the log is read again by whoever opens the file next.
   */
  readonly leaveOpen?: boolean
}

/** Milliseconds to wait for those who use the database at the same time. */
const patience = 20_000

const isBusy = (cause: unknown): boolean => cause instanceof Error && /database is locked/.test(cause.message)

const noSpace = (cause: unknown): Error =>
  Object.assign(new Error("no space is left on the disk", { cause }), { code: "ENOSPC" })

/** What only the owner of a file may do with it. */
const ownersMode = 0o600

/**
 * Keeps the file from other users of the machine: records hold the variables of containers, and what they are for. SQLite
 * gives the files beside it the same mode. One that was made otherwise is changed, by whoever may.
 */
const keepPrivate = (path: string): void => {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode
  if (mode === undefined) return closeSync(openSync(path, "a", ownersMode))
  if ((mode & 0o077) === 0) return
  for (const name of [path, `${path}-wal`, `${path}-shm`]) {
    try {
      chmodSync(name, ownersMode)
    } catch {
      // It is not there, or somebody else's.
    }
  }
}

/** Whether this user may not use the file that is there: SQLite only says that it is unable to open it. */
const isForbidden = (path: string): boolean => {
  try {
    if (path !== ":memory:") accessSync(path, constants.R_OK | constants.W_OK)
    return false
  } catch (cause) {
    return cause instanceof Error && "code" in cause && cause.code === "EACCES"
  }
}

const forbidden = (cause: unknown): Error =>
  Object.assign(new Error("permission denied", { cause }), { code: "EACCES" })

/** Opens the file when first asked for it and closes it with the scope. `path` may be `:memory:`. */
export const make = (
  path: string,
  { leaveOpen = false }: DatabaseOptions = {}
): Effect.Effect<DatabaseShape, never, Scope.Scope> =>
  Effect.gen(function* () {
    let opened: Promise<Connection> | undefined
    let open: Connection | undefined
    let statements: Transaction | undefined
    const connect = async (): Promise<Connection> => {
      const { DatabaseSync } = await import("node:sqlite")
      if (path !== ":memory:") {
        makePassable(dirname(path))
        keepPrivate(path)
      }
      const once = (): Connection => {
        const connection = new DatabaseSync(path) as unknown as Connection
        try {
          // Readers never wait for a writer in WAL mode; NORMAL loses at most the last commits on power failure, never order.
          // The log is kept short, because the first to open the file after a process left it open reads all of it.
          connection.exec(
            `PRAGMA busy_timeout=${patience}; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA wal_autocheckpoint=200`
          )
          connection.exec(
            "CREATE TABLE IF NOT EXISTS migrations (owner TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT"
          )
        } catch (cause) {
          connection.close()
          throw cause
        }
        return connection
      }
      // The log may be there, and be written to where it is: nothing fails before others need room.
      if (path !== ":memory:" && isNarrow(path)) useReserve(path)
      const until = Date.now() + patience
      for (;;) {
        try {
          open = once()
          break
        } catch (cause) {
          // Of several that make one database, SQLite refuses all but one at once, however long they wanted to wait.
          if (isBusy(cause) && Date.now() < until) {
            await new Promise((go) => setTimeout(go, 5 + Math.random() * 15))
            continue
          }
          if (isForbidden(path)) throw forbidden(cause)
          if (!isFull(path, cause)) throw cause
          if (!useReserve(path)) throw noSpace(cause)
        }
      }
      if (path !== ":memory:") keepReserve(path)
      return open
    }
    const connection = (what: string): Effect.Effect<Connection, StorageFailure> =>
      Effect.suspend(() =>
        open === undefined
          ? Effect.tryPromise({
              try: () => (opened ??= connect()),
              catch: (cause) => {
                opened = undefined
                return storageFailure("record", what)(cause)
              }
            })
          : Effect.succeed(open)
      )
    if (!leaveOpen) yield* Effect.addFinalizer(() => Effect.sync(() => open?.close()))
    const inside = <A>(to: Connection, begin: string, body: (tx: Transaction) => A): A => {
      to.exec(begin)
      try {
        const result = body((statements ??= transactionOf(to)))
        to.exec("COMMIT")
        return result
      } catch (cause) {
        try {
          to.exec("ROLLBACK")
        } catch {
          // SQLite has ended the transaction itself, as it does when the disk is full.
        }
        throw cause
      }
    }
    const run =
      (begin: string) =>
      <A>(what: string, body: (tx: Transaction) => A): Effect.Effect<A, StorageFailure> =>
        Effect.flatMap(connection(what), (to) =>
          Effect.try({
            try: () => inside(to, begin, body),
            catch: (cause) => {
              const full = isFull(path, cause)
              // What the body did besides cannot be done a second time: the next one has the room.
              if (full) useReserve(path)
              return storageFailure("record", what)(full ? noSpace(cause) : cause)
            }
          })
        )
    const write = run("BEGIN IMMEDIATE")
    const read = run("BEGIN")
    const version = (tx: Transaction, owner: string) =>
      Number(tx.get("SELECT version FROM migrations WHERE owner = ?", owner)?.["version"] ?? 0)
    // Read once for all owners: tables only ever get newer, and who finds them older looks again before it acts.
    let known: ReadonlyMap<unknown, number> | undefined
    const versions = (what: string) =>
      known === undefined
        ? read(what, (tx) => {
            const rows = tx.all("SELECT owner, version FROM migrations")
            return (known = new Map(rows.map((row) => [row["owner"], Number(row["version"])])))
          })
        : Effect.succeed(known)
    return {
      path,
      read,
      write,
      migrate: ({ owner, steps }) =>
        Effect.gen(function* () {
          const what = `the tables of ${owner}`
          const now = (yield* versions(what)).get(owner) ?? 0
          if (now > steps.length) return yield* new DatabaseTooNew({ path, owner })
          if (now === steps.length) return
          const to = yield* connection(what)
          yield* write(what, (tx) => {
            for (const step of steps.slice(version(tx, owner))) to.exec(step)
            tx.run("INSERT OR REPLACE INTO migrations VALUES (?, ?)", owner, steps.length)
          })
        })
    }
  })

/** The service, closed with the layer. */
export const layer = (path: string): Layer.Layer<Database> => Layer.scoped(Database, make(path))
