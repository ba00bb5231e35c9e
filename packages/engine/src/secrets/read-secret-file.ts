import { readFileSync, statSync } from "node:fs"

/** As with BuildKit: whatever is larger was meant to be mounted. Bytes. */
const largestSecret = 500 * 1024

/** A file is too large for a secret. */
export class SecretTooLarge extends Error {
  override readonly message = `it is larger than ${largestSecret / 1024} KiB`
  readonly hint = "mount a file of that size instead"
}

/** The bytes of a file that has a secret. Throws what the operating system says, and for what cannot be one. */
export const readSecretFile = (path: string): Uint8Array => {
  const stat = statSync(path)
  // Looked at first: a device or a pipe may never end, and nothing that is too large has to be read.
  if (!stat.isFile()) throw new Error("it is not a file")
  if (stat.size > largestSecret) throw new SecretTooLarge()
  return new Uint8Array(readFileSync(path))
}
