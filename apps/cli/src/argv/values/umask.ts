import { bad, good, type Result } from "../Result.ts"

/** Reads `--umask`: rights in octal that new files do not get. */
export const parseUmask = (text: string): Result<number> =>
  /^0?[0-7]{1,3}$/.test(text) ? good(Number.parseInt(text, 8)) : bad(`"${text}" is no umask: write 022`)
