import { writeSync } from "node:fs"

/** Writes all of it: a write may take less than it was given. */
export const writeAll = (fd: number, bytes: Uint8Array): void => {
  let at = 0
  while (at < bytes.length) at += writeSync(fd, bytes, at, bytes.length - at)
}
