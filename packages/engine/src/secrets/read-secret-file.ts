import { readFileSync, statSync } from "node:fs"

/** As with BuildKit: whatever is larger was meant to be mounted. Bytes. */
export const largestSecret = 500 * 1024

/** The bytes of a file that has a secret. Throws what the operating system says, and for what is not a file. */
export const readSecretFile = (path: string): Uint8Array => {
  // Looked at first: a device or a pipe may never end.
  if (!statSync(path).isFile()) throw new Error("it is not a file")
  return new Uint8Array(readFileSync(path))
}
