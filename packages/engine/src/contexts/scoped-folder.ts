import { randomBytes } from "node:crypto"
import { chmodSync, mkdirSync, readdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { makePassable } from "@gantry/core/make-passable"
import { Settings } from "@gantry/core/Settings"
import { type StorageFailure, storageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { ownedName } from "../containers/owned-name.ts"
import { contextKind } from "../root-names.ts"

/**
 * A new directory beside the store that nobody else may look into, for as long as the scope is open. What a killed
 * process leaves of it is recognised by its name and swept by the next build that does anything.
 */
export const scopedFolder: Effect.Effect<string, StorageFailure, Settings | Scope.Scope> = Effect.gen(function* () {
  const { root } = yield* Settings
  const folder = join(root, ownedName(contextKind, randomBytes(8).toString("hex")))
  return yield* Effect.acquireRelease(
    Effect.try({
      try: () => {
        makePassable(root)
        mkdirSync(folder, { mode: 0o700 })
        // Whatever the caller's umask is.
        chmodSync(folder, 0o700)
        return folder
      },
      catch: storageFailure("prepare", folder)
    }),
    () => Effect.sync(() => removeFolder(folder))
  )
})

/** Removes a directory that may hold directories nobody may write to. */
const removeFolder = (folder: string): void => {
  try {
    rmSync(folder, { recursive: true, force: true })
  } catch {
    // Only root may do without.
    openUp(folder)
    rmSync(folder, { recursive: true, force: true })
  }
}

const openUp = (directory: string): void => {
  chmodSync(directory, 0o700)
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) openUp(join(directory, entry.name))
  }
}
