import { accessSync, constants, statSync } from "node:fs"
import { join } from "node:path"

/** Where programs of the system lie, whatever the caller's search path: those of root are on few users' paths. */
const usual = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]

/** Whether a path leads to a file that this process may execute. */
export const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** The path of a program, from the caller's search path or the usual places; undefined when it is in none. */
export const findProgram = (name: string, path: string | undefined): string | undefined =>
  [...(path ?? "").split(":").filter((each) => each.startsWith("/")), ...usual]
    .map((directory) => join(directory, name))
    .find(isProgram)
