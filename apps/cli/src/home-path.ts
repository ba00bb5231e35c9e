import { homedir } from "node:os"

/**
 * A path as the user typed it, with the user's home for `~/`, which no shell has put in behind `src=`. It stays as it is
 * for a user without a home, of whom neither `HOME` nor a list of accounts knows: no file is there then.
 */
export const homePath = (path: string): string => {
  if (!path.startsWith("~/")) return path
  try {
    return `${homedir()}${path.slice(1)}`
  } catch {
    return path
  }
}
