import { join } from "node:path"

/** The variable with the directory that a login gives its user for what lives as long as it. */
export const loginDirectory = "XDG_RUNTIME_DIR"

/**
 * Where an ordinary user's sockets and other short-lived files lie: below `XDG_RUNTIME_DIR`, or below `/tmp` in a
 * directory with the user's number. Spec: XDG base directories.
 */
export const userRun = (env: { readonly [name: string]: string | undefined }, uid: number): string => {
  const given = env[loginDirectory] ?? ""
  return join(given === "" ? join("/tmp", `gantry-${uid}`) : given, "gantry")
}
