import { randomBytes } from "node:crypto"
import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { type StorageFailure, storageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"

const size = 32

/**
 * A key that its owner alone can read and that lasts as long as what is in the directory `run`, made when there is none.
 * All who ask for it at once get the same.
 */
export const passingKey = (run: string, name: string): Effect.Effect<Uint8Array, StorageFailure> =>
  Effect.try({
    try: () => {
      const path = join(run, `${name}.key`)
      const known = read(path)
      if (known?.length === size) return known
      mkdirSync(run, { recursive: true, mode: 0o700 })
      const draft = `${path}.${randomBytes(6).toString("hex")}`
      writeFileSync(draft, randomBytes(size), { mode: 0o600, flag: "wx" })
      try {
        // Whole when it is seen, and the first one stays.
        linkSync(draft, path)
      } catch (cause) {
        if (codeOf(cause) !== "EEXIST") throw cause
      } finally {
        unlinkSync(draft)
      }
      const made = read(path)
      if (made?.length !== size) throw new Error(`${path} is not ${size} bytes long`)
      return made
    },
    catch: storageFailure("read", `${name}.key`)
  })

const read = (path: string): Uint8Array | undefined => {
  try {
    return readFileSync(path)
  } catch (cause) {
    if (codeOf(cause) === "ENOENT") return undefined
    throw cause
  }
}

const codeOf = (cause: unknown): unknown => (cause instanceof Error && "code" in cause ? cause.code : undefined)
