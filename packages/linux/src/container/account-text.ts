import { S_IFMT, S_IFREG } from "../constants.ts"
import type { Kernel } from "./Kernel.ts"

/** Most bytes of an account file that are read. */
const mostBytes = 4 * 1024 * 1024

/**
 * The text of an account file of a container, by a path that nobody can lead elsewhere meanwhile. Undefined for what an
 * image may have there to keep others waiting or to fill their memory: a pipe, a device, a file without end.
 */
export const accountText = ({ files }: Pick<Kernel, "files">, place: string): string | undefined => {
  const found = files.kind(place)
  if (found === undefined || (found.mode & S_IFMT) !== S_IFREG || found.size > mostBytes) return undefined
  return files.read(place)
}
