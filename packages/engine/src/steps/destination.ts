import { LayerStore, type Stack } from "@gantry/core/store/LayerStore"
import type { LayerMissing, StorageFailure } from "@gantry/core/store/StoreError"
import { joinPath } from "@gantry/core/tree/safe-path"
import type { TreeEntry } from "@gantry/core/tree/TreeEntry"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

/** Where a path of a container really leads in a tree. */
export interface Place {
  /** Relative to the root, links followed; "" for the root. */
  readonly path: string
  /** What is there, if anything. */
  readonly entry?: TreeEntry
  /** Directories on the way that are not there, outermost first, `path` itself left out. */
  readonly missing: ReadonlyArray<string>
  /** Something on the way that is no directory, so that the path cannot be had. */
  readonly blockedBy?: string
}

/** As many links as Linux follows in one path. */
const mostLinks = 40

/**
 * Follows an absolute path of a container inside a stack's merged tree, as far as it exists. A link that leads nowhere is
 * followed to where it points, so that what is written there is reached through it; one that turns in a circle is not.
 */
export const placeOf = (stack: Stack, path: string): Effect.Effect<Place, LayerMissing | StorageFailure, LayerStore> =>
  Effect.gen(function* () {
    const layers = yield* LayerStore
    const names = namesOf(path)
    // Nearly always everything is there but the last names, and the store follows links faster.
    for (let depth = names.length; depth > 0; depth--) {
      const found = yield* layers.lookup(stack, names.slice(0, depth).join("/"), true)
      if (Option.isNone(found)) continue
      const { path: base, type } = found.value
      if (depth === names.length) return { path: base, entry: found.value, missing: [] }
      if (type !== "directory") return { path: base, missing: [], blockedBy: base }
      return yield* beyond(stack, base, names.slice(depth))
    }
    return yield* beyond(stack, "", names)
  })

const namesOf = (path: string): ReadonlyArray<string> => path.split("/").filter((name) => name !== "" && name !== ".")

/** The place that names lead to from a directory in which the first of them is not there, or is a link to nothing. */
const beyond = (
  stack: Stack,
  base: string,
  names: ReadonlyArray<string>
): Effect.Effect<Place, LayerMissing | StorageFailure, LayerStore> =>
  Effect.gen(function* () {
    const layers = yield* LayerStore
    let at = base
    let missing: ReadonlyArray<string> = []
    let pending = names
    let entry: TreeEntry | undefined
    for (let links = 0; pending.length > 0;) {
      const [name = "", ...rest] = pending
      pending = rest
      if (name === "..") {
        // Nothing that is missing is a link, so its parent is what its name says.
        at = at.slice(0, Math.max(0, at.lastIndexOf("/")))
        missing = missing.filter((each) => each.length <= at.length)
        continue
      }
      const next = joinPath(at, name)
      entry = missing.length > 0 ? undefined : Option.getOrUndefined(yield* layers.lookup(stack, next, false))
      if (entry?.type === "symlink" && ++links <= mostLinks) {
        if (entry.target.startsWith("/")) at = ""
        pending = [...namesOf(entry.target), ...pending]
        continue
      }
      if (entry?.type === "symlink") return { path: joinPath(base, names.join("/")), missing: [] }
      at = next
      if (entry !== undefined && entry.type !== "directory" && pending.length > 0) {
        return { path: at, missing: [], blockedBy: at }
      }
      if (entry === undefined) missing = [...missing, at]
    }
    return { path: at, ...(entry === undefined ? {} : { entry }), missing: missing.filter((each) => each !== at) }
  })
