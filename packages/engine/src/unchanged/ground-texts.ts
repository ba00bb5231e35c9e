import { statSync } from "node:fs"
import { ofBytes } from "@gantry/core/image/Digest"
import { readText } from "@gantry/core/read-text"
import type { GroundText } from "./Grounds.ts"

/**
 * A file as it is now, and when it last changed: nanoseconds since 1970, zero when it is not there. Throws for what is no
 * plain file, which is not opened: whoever writes into a pipe would take that for the reader that he waits for.
 */
export const textAt = (path: string): GroundText & { readonly changedNs: bigint } => {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
  if (stat === undefined) return { path, digest: null, changedNs: 0n }
  if (!stat.isFile()) throw new Error(`${path} is no plain file`)
  return { path, digest: ofBytes(readText(path)), changedNs: stat.ctimeNs }
}
