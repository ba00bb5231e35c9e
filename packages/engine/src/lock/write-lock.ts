import { randomBytes } from "node:crypto"
import { renameSync, rmSync, writeFileSync } from "node:fs"
import { type StorageFailure, storageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import { type LockFile, lockSuffix, lockText } from "./LockFile.ts"

/** Writes the lock file beside a Dockerfile, in one step. */
export const writeLock = (dockerfile: string, inputs: LockFile): Effect.Effect<void, StorageFailure> => {
  const path = `${dockerfile}${lockSuffix}`
  return Effect.try({
    try: () => {
      const draft = `${path}.${randomBytes(6).toString("hex")}`
      try {
        writeFileSync(draft, lockText(inputs), { flag: "wx" })
        renameSync(draft, path)
      } catch (cause) {
        rmSync(draft, { force: true })
        throw cause
      }
    },
    catch: storageFailure("publish", path)
  })
}
