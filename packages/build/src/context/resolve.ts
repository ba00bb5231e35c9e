import * as Either from "effect/Either"
import type { ContextProblem } from "./ContextProblem.ts"
import type { ContextEntry, ContextTree } from "./ContextTree.ts"

/** As many symlinks as Linux follows in one path. */
const mostLinks = 40

/** What a path leads to; or the name that was not found, and the directory where it was looked for. */
export type Resolved = ContextEntry | { readonly missing: string; readonly at: string }

/** Whether the path led to something. */
export const isThere = (resolved: Resolved): resolved is ContextEntry => !("missing" in resolved)

/** Follows a path, and the symlinks in it, inside the context: `..` and absolute links stay below its root. */
export const resolve = (tree: ContextTree, path: string): Either.Either<Resolved, ContextProblem> =>
  Either.gen(function* () {
    let pending = path.split("/").filter((each) => each !== "")
    let done: Array<string> = []
    let links = 0
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
      if (entry === undefined) return { missing: name, at: done.join("/") }
      if (entry.type !== "symlink") done = [...done, name]
      else {
        if (++links > mostLinks) return { missing: name, at: done.join("/") }
        const target = entry.linkTarget ?? ""
        if (target.startsWith("/")) done = []
        pending = [...target.split("/"), ...pending]
        entry = yield* tree.stat(done.join("/"))
      }
    }
    return entry ?? { missing: "", at: "" }
  })
