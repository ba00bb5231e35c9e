import { closeSync, fsyncSync, openSync } from "node:fs"
import * as Effect from "effect/Effect"
import type { DatabaseShape } from "@gantry/core/state/Database"
import { type StorageFailure, storageFailure } from "@gantry/core/store/StoreError"
import { bootId } from "@gantry/linux/process-identity"
import { errorCode } from "./error-code.ts"
import { loadKernel } from "./kernel.ts"
import type { Places } from "./places.ts"

/** Writes a file's bytes to the disk; nothing to do when there is no such file. */
const syncFile = (path: string): void => {
  let fd: number
  try {
    fd = openSync(path, "r")
  } catch (cause) {
    if (errorCode(cause) === "ENOENT") return
    throw cause
  }
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/**
 * Makes all layers recorded so far outlive a power failure, with one call for all their files.
 *
 * First the files, then the marks that say so, then the database itself: a mark on the disk never promises files that
 * are not there.
 */
export const flushStore = (db: DatabaseShape, places: Places): Effect.Effect<void, StorageFailure> =>
  Effect.gen(function* () {
    const waiting = yield* db.read("layers", (tx) =>
      tx.all("SELECT diff_id FROM layers WHERE flushed = 0 AND boot = ?", bootId()).map((row) => String(row["diff_id"]))
    )
    if (waiting.length > 0) {
      yield* Effect.tryPromise({
        try: async () => {
          const kernel = await loadKernel()
          const fd = openSync(places.root, "r")
          try {
            kernel.syncfs(fd)
          } finally {
            closeSync(fd)
          }
        },
        catch: storageFailure("commit", places.root)
      })
      yield* db.write("layers", (tx) => {
        for (const diffId of waiting)
          tx.run("UPDATE layers SET flushed = 1 WHERE diff_id = ? AND boot = ?", diffId, bootId())
      })
    }
    yield* Effect.try({
      try: () => {
        syncFile(`${db.path}-wal`)
        syncFile(db.path)
      },
      catch: storageFailure("commit", db.path)
    })
  })
