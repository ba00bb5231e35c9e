import { statSync } from "node:fs"
import { join } from "node:path"
import { ofBytes } from "@gantry/core/image/Digest"
import { readText } from "@gantry/core/read-text"
import type { GroundText } from "./Grounds.ts"

/**
 * The files that say what a build is, by their paths: the Dockerfile, or those that are taken for it when nobody names
 * one, what an ignore file for it would be called, and its lock file.
 */
export const textPaths = (root: string, dockerfile: string | undefined): ReadonlyArray<string> => {
  const named = dockerfile === undefined ? [join(root, "Dockerfile"), join(root, "Containerfile")] : [dockerfile]
  return [
    ...named.flatMap((path) => [path, `${path}.dockerignore`, `${path}.lock`]),
    join(root, ".dockerignore"),
    join(root, ".containerignore")
  ]
}

/** A file as it is now. Throws what the system says of one that cannot be read. */
export const textAt = (path: string): GroundText => {
  try {
    return { path, digest: ofBytes(readText(path)) }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return { path, digest: null }
    throw cause
  }
}

/** A file as it is now, and when it last changed: nanoseconds since 1970, zero when it is not there. */
export const datedTextAt = (path: string): GroundText & { readonly changedNs: bigint } => {
  const before = statSync(path, { bigint: true, throwIfNoEntry: false })
  return { ...textAt(path), changedNs: before?.ctimeNs ?? 0n }
}
