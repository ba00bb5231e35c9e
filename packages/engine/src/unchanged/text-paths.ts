import { join } from "node:path"
import { ownIgnoreFile, usualIgnoreFiles } from "@gantry/build/context/read-ignore-file"
import { usualNames } from "../contexts/open-context.ts"
import { lockSuffix } from "../lock/LockFile.ts"

/**
 * The files that say what a build is, by their paths: the Dockerfile, or those that are taken for it when nobody names
 * one, what an ignore file for it would be called, and its lock file.
 */
export const textPaths = (root: string, dockerfile: string | undefined): ReadonlyArray<string> => {
  const named = dockerfile === undefined ? usualNames.map((name) => join(root, name)) : [dockerfile]
  return [
    ...named.flatMap((path) => [path, ownIgnoreFile(path), `${path}${lockSuffix}`]),
    ...usualIgnoreFiles.map((name) => join(root, name))
  ]
}
