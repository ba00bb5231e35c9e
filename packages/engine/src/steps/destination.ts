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
}

/** Follows an absolute path of a container inside a stack's merged tree, as far as it exists. */
export const placeOf = (stack: Stack, path: string): Effect.Effect<Place, LayerMissing | StorageFailure, LayerStore> =>
  Effect.gen(function* () {
    const layers = yield* LayerStore
    const names = path.split("/").filter((name) => name !== "" && name !== ".")
    const below: Array<string> = []
    for (let depth = names.length; depth > 0; depth--) {
      const found = yield* layers.lookup(stack, names.slice(0, depth).join("/"), true)
      if (Option.isSome(found)) {
        const base = found.value.path
        if (below.length === 0) return { path: base, entry: found.value, missing: [] }
        return beyond(base, below)
      }
      below.push(names[depth - 1] ?? "")
    }
    return beyond("", below)
  })

/** The place below a directory that names not found there lead to, given innermost first. */
const beyond = (base: string, below: ReadonlyArray<string>): Place => {
  const inside = below.toReversed()
  const paths = inside.map((_, at) => joinPath(base, inside.slice(0, at + 1).join("/")))
  return { path: paths.at(-1) ?? base, missing: paths.slice(0, -1) }
}
