import { readFileSync, writeFileSync } from "node:fs"

/** Whether a file of `/proc/sys` has this value; not when it is missing. */
export const says = (path: string, value: string): boolean => {
  try {
    return readFileSync(path, "utf8").trim() === value
  } catch {
    return false
  }
}

/** Leaves a setting that is right alone, so that a host where it cannot be written but was set beforehand will do. */
export const set = (path: string, value: string): void => {
  if (!says(path, value)) writeFileSync(path, value)
}
