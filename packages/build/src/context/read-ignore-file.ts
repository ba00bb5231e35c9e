import { join } from "node:path"
import * as Either from "effect/Either"
import type { ContextProblem } from "./ContextProblem.ts"
import { orNothing, reading } from "./ContextTree.ts"
import { readText } from "@gantry/core/read-text"

/** Where an ignore file is looked for. */
export interface IgnoreFilePlaces {
  /** Of the context; absolute. */
  readonly root: string
  /** The Dockerfile's path on this machine, if it is a file there. */
  readonly dockerfile?: string
  /**
   * Where a path of the context leads on this machine, or nowhere: for contexts whose links must not lead out of them.
   * By default it is the path below the root.
   */
  readonly place?: (path: string) => string | undefined
}

/** Ignore files in the root of a context, the first that is there is taken. */
export const usualIgnoreFiles = [".dockerignore", ".containerignore"] as const

/** The ignore file that is a Dockerfile's own. */
export const ownIgnoreFile = (dockerfile: string): string => `${dockerfile}.dockerignore`

/**
 * Finds and reads the ignore file of a build: `<Dockerfile>.dockerignore`, else `.dockerignore`, else
 * `.containerignore`, the last two in the root of the context.
 */
export const readIgnoreFile = ({
  dockerfile,
  root,
  place = (path) => join(root, path)
}: IgnoreFilePlaces): Either.Either<{ readonly path: string; readonly text: string } | undefined, ContextProblem> => {
  const beside = dockerfile === undefined ? [] : [placeBeside(ownIgnoreFile(dockerfile), root, place)]
  for (const path of [...beside, ...usualIgnoreFiles.map(place)]) {
    if (path === undefined) continue
    const text = reading(path, () => orNothing(() => readText(path)))
    if (Either.isLeft(text)) return Either.left(text.left)
    if (text.right !== undefined) return Either.right({ path, text: text.right })
  }
  return Either.right(undefined)
}

/** A file of the context is found as others of it; one that stands elsewhere was named by the caller. */
const placeBeside = (path: string, root: string, place: NonNullable<IgnoreFilePlaces["place"]>): string | undefined =>
  path.startsWith(`${root}/`) ? place(path.slice(root.length + 1)) : path
