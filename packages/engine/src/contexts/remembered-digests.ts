import type { DigestMemo } from "@gantry/build/context/content-digest"
import { Database, type DatabaseShape, type Migrations } from "@gantry/core/state/Database"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type FileDigests, unpackDigests } from "./packed-digests.ts"

const tables: Migrations = {
  owner: "file-digests",
  steps: [
    `CREATE TABLE file_digests (
      context TEXT PRIMARY KEY,
      digests BLOB NOT NULL,
      used_at INTEGER NOT NULL
    ) STRICT`
  ]
}

/** Contexts whose digests are kept: those that were changed last. */
const mostContexts = 100

/**
 * What the files of a directory hashed to in earlier builds, so that files which have not changed since are not read
 * again. What is learned is recorded when the scope closes, unless the build only looks (`keep` is false).
 *
 * A memory that cannot be read or written is none: a build does not fail for it.
 */
export const rememberedDigests = (
  context: string,
  keep: boolean
): Effect.Effect<DigestMemo, never, Database | Scope.Scope> =>
  Effect.gen(function* () {
    const db = yield* Database
    const digests = yield* Effect.orElseSucceed(recorded(db, context), () => unpackDigests())
    const now = yield* Clock.currentTimeMillis
    if (keep) yield* Effect.addFinalizer(() => Effect.ignore(record(db, context, digests)))
    return { get: digests.get, set: digests.set, nowNs: BigInt(Math.trunc(now)) * 1_000_000n }
  })

const recorded = (db: DatabaseShape, context: string) =>
  Effect.gen(function* () {
    yield* db.migrate(tables)
    const row = yield* db.read("digests of files", (tx) =>
      tx.get("SELECT digests FROM file_digests WHERE context = ?", context)
    )
    const packed = row?.["digests"]
    return unpackDigests(packed instanceof Uint8Array ? packed : undefined)
  })

const record = (db: DatabaseShape, context: string, digests: FileDigests) =>
  Effect.gen(function* () {
    if (!digests.isChanged()) return
    const now = yield* Clock.currentTimeMillis
    yield* db.write("digests of files", (tx) => {
      tx.run("INSERT OR REPLACE INTO file_digests VALUES (?, ?, ?)", context, digests.pack(), Math.trunc(now))
      tx.run(
        "DELETE FROM file_digests WHERE context NOT IN (SELECT context FROM file_digests ORDER BY used_at DESC LIMIT ?)",
        mostContexts
      )
    })
  })
