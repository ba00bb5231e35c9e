import manifest from "../../package.json" with { type: "json" }
import type { PackageManifest } from "./find-module.ts"

/** Versions of what gantry shares with plugins. */
export const sharedVersions: { readonly [name: string]: string } = {
  effect: manifest.dependencies.effect,
  "@gantry/core": manifest.dependencies["@gantry/core"]
}

/** What must be the same: the major number, or the minor one before the first major version. */
const line = (version: string): string | undefined => {
  const [, major, minor] = /^\s*[v^~>=<\s]*(\d+)(?:\.(\d+))?/.exec(version) ?? []
  if (major === undefined) return undefined
  return major === "0" ? (minor === undefined ? undefined : `0.${minor}`) : major
}

/** Whether a range of package.json may mean the version. Tags, addresses and `*` may mean anything. */
export const mayMean = (range: string, version: string): boolean => {
  const lines = new Set(range.split("||").map(line))
  return lines.has(undefined) || lines.has(line(version))
}

/** A sentence on what a plugin was written for and will not get. */
export const versionMismatch = (plugin: PackageManifest | undefined): string | undefined => {
  for (const [name, version] of Object.entries(sharedVersions)) {
    const range = plugin?.wants[name]
    if (range !== undefined && !mayMean(range, version)) {
      return `it was written for ${name} ${range}; this gantry has ${name} ${version}`
    }
  }
  return undefined
}
