import { createHash } from "node:crypto"
import { decompressor } from "@gantry/core/compression/Decompressor"
import type { ReadFile } from "./Outcome.ts"

/** The archive that a file holds, compressed or not. */
export interface FileArchive {
  /** All of it, in pieces that lie in the same memory. Ends early where the file cannot be decompressed. */
  readonly pieces: Iterable<Uint8Array>
  /** The file, once the pieces have been read to their end. */
  readonly file: () => ReadFile
}

/**
 * Reads all parts of a file, also those that decompressing has no use for: whether its bytes are the right ones decides
 * what is to blame when they are no archive.
 */
export const fileArchive = (parts: Iterable<Uint8Array>): FileArchive => {
  const hash = createHash("sha256")
  const unpacked = decompressor()
  let broken: string | undefined
  const pieces = function* (): Generator<Uint8Array, void> {
    for (const part of parts) {
      hash.update(part)
      if (broken !== undefined) continue
      try {
        yield* unpacked.push(part)
      } catch (cause) {
        broken = whyOf(cause)
      }
    }
    if (broken !== undefined) return
    try {
      yield* unpacked.finish()
    } catch (cause) {
      broken = whyOf(cause)
    }
  }
  return {
    pieces: pieces(),
    file: () => ({ digest: `sha256:${hash.digest("hex")}`, ...(broken === undefined ? {} : { broken }) })
  }
}

const whyOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
