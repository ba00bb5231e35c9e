import { statSync } from "node:fs"
import { dirname, join } from "node:path"

/** Names of Compose files; of two in one directory the earlier is taken. */
export const usualNames = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"] as const

/** Names of what overrides them when it lies beside them. */
const overrideNames = [
  "compose.override.yml",
  "compose.override.yaml",
  "docker-compose.override.yml",
  "docker-compose.override.yaml"
] as const

/** The Compose file of a directory or of the nearest one above it that has one, and what overrides it. */
export const findFiles = (
  directory: string
): { readonly files: ReadonlyArray<string>; readonly notices: ReadonlyArray<string> } => {
  for (let place = directory; ; place = dirname(place)) {
    const there = usualNames.filter((name) => isThere(join(place, name)))
    const [first] = there
    if (first !== undefined) {
      const overrides = overrideNames.filter((name) => isThere(join(place, name)))
      return {
        files: [first, ...overrides.slice(0, 1)].map((name) => join(place, name)),
        notices: [several(place, there), several(place, overrides)].flatMap((notice) => notice ?? [])
      }
    }
    if (place === dirname(place)) return { files: [], notices: [] }
  }
}

const several = (place: string, names: ReadonlyArray<string>): string | undefined =>
  names.length < 2 ? undefined : `${place} has several Compose files (${names.join(", ")}); ${names[0]} is used.`

const isThere = (path: string): boolean => {
  try {
    return !statSync(path).isDirectory()
  } catch {
    return false
  }
}
