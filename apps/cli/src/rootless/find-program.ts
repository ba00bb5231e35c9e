import { accessSync, constants, statSync } from "node:fs"
import { join } from "node:path"

/** Where programs of the system lie, also those that few users have on their path. */
const usual = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]

/** The path of a program, from the caller's search path or the usual places; undefined when it is in none. */
export const findProgram = (name: string, path: string | undefined): string | undefined =>
  [...(path ?? "").split(":").filter((each) => each.startsWith("/")), ...usual]
    .map((directory) => join(directory, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK)
        return statSync(file).isFile()
      } catch {
        return false
      }
    })
