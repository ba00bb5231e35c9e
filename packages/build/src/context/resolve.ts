import * as Either from "effect/Either"
import type { ContextProblem } from "./ContextProblem.ts"
import type { ContextEntry, ContextTree } from "./ContextTree.ts"

/** As many symlinks as Linux follows in one path. */
const mostLinks = 40

/** A name that was not found. */
export interface Missing {
  readonly missing: string
  /** The directory where it was looked for. */
  readonly at: string
  /** The first symlink that was followed on the way. */
  readonly through?: ContextEntry
}

/** What a path leads to, or what was not found. */
export type Resolved = ContextEntry | Missing

/** Whether the path led to something. */
export const isThere = (resolved: Resolved): resolved is ContextEntry => !("missing" in resolved)

/** Follows a path, and the symlinks in it, inside the context: `..` and absolute links stay below its root. */
export const resolve = (tree: ContextTree, path: string): Either.Either<Resolved, ContextProblem> =>
  Either.gen(function* () {
    let pending = path.split("/").filter((each) => each !== "")
    let done: Array<string> = []
    let links = 0
    let through: ContextEntry | undefined
    const missing = (name: string): Missing => ({
      missing: name,
      at: done.join("/"),
      ...(through === undefined ? {} : { through })
    })
    let entry = yield* tree.stat("")
    while (pending.length > 0) {
      const [name = "", ...rest] = pending
      pending = rest
      if (name === "." || name === "") continue
      if (name === "..") {
        done = done.slice(0, -1)
        entry = yield* tree.stat(done.join("/"))
        continue
      }
      entry = yield* tree.stat([...done, name].join("/"))
      if (entry === undefined) return missing(name)
      if (entry.type !== "symlink") done = [...done, name]
      else {
        through ??= entry
        if (++links > mostLinks) return missing(name)
        const target = entry.linkTarget ?? ""
        if (target.startsWith("/")) done = []
        pending = [...target.split("/"), ...pending]
        entry = yield* tree.stat(done.join("/"))
      }
    }
    return entry ?? missing("")
  })
