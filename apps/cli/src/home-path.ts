import { homedir } from "node:os"

const nonEmpty = (text: string | undefined): string | undefined => (text === "" ? undefined : text)

/** What `HOME` says, else the list of accounts, as in services of systemd; undefined for who has no account. */
const knownHome = (): string | undefined => {
  try {
    return nonEmpty(homedir())
  } catch {
    return undefined
  }
}

/** The home of who runs this process; the root directory of who has none. */
export const homeOf = (env: { readonly [name: string]: string | undefined }): string =>
  nonEmpty(env["HOME"]) ?? knownHome() ?? "/"

/**
 * A path as the user typed it, with the user's home for `~/`, which no shell has put in behind `src=`. It stays as it is
 * for a user without a home, of whom neither `HOME` nor a list of accounts knows: no file is there then.
 */
export const homePath = (path: string): string => {
  const home = path.startsWith("~/") ? knownHome() : undefined
  return home === undefined ? path : `${home}${path.slice(1)}`
}
