import { LayerMalformed, UnsafePath } from "@gantry/core/store/StoreError"
import { readChanges } from "@gantry/core/tree/read-changes"
import type { TreeChange } from "@gantry/core/tree/TreeEntry"
import * as Effect from "effect/Effect"
import { WorkTree } from "./WorkTree.ts"

/** What an archive says, if a tree can say it: no name leads outside, and no entry lies in something that is no directory. */
export const readArchive = (
  archive: Uint8Array
): Effect.Effect<ReadonlyArray<TreeChange>, LayerMalformed | UnsafePath> =>
  Effect.suspend((): Effect.Effect<ReadonlyArray<TreeChange>, LayerMalformed | UnsafePath> => {
    const found = readChanges([archive])
    if ("reason" in found) {
      return Effect.fail(new LayerMalformed({ layer: "the archive", why: found.why, at: found.offset }))
    }
    if ("why" in found) return Effect.fail(new UnsafePath(found))
    try {
      new WorkTree(new Map()).with(found.filter(({ type }) => type !== "removed" && type !== "opaque"))
    } catch (cause) {
      if (cause instanceof UnsafePath) return Effect.fail(cause)
      throw cause
    }
    return Effect.succeed(found)
  })
