import { LayerStore } from "@gantry/core/store/LayerStore"
import * as Effect from "effect/Effect"
import type * as fc from "fast-check"
import { forAll, type Law } from "./Law.ts"
import { stackOf } from "./layer-steps.ts"
import { plainChanges } from "./plain-changes.ts"
import { asSeen, inWholeSeconds, sameTree, type Tree } from "./Tree.ts"

/** LAY-15: what `LayerStore.packTree` gives. `histories`: two layers, and what a tree makes of them. */
export const treeArchiveLaw = (
  histories: fc.Arbitrary<readonly [Tree, Tree, Tree]>,
  examples: ReadonlyArray<readonly [Tree, Tree, Tree]>
): Law<LayerStore> =>
  forAll(
    "LAY-15",
    "the archive of a tree unpacks to the merged tree, on nothing",
    histories,
    ([first, second, third]) =>
      Effect.gen(function* () {
        const store = yield* LayerStore
        const child = yield* store.prepare({ parents: yield* stackOf([first, second]), keep: false })
        yield* store.write(child, plainChanges(second, third))
        const { diffId } = yield* store.unpack(undefined, store.packTree(child))
        yield* store.discard(child)
        const walked = yield* store.walk([diffId], "")
        return sameTree(asSeen(inWholeSeconds(walked)), asSeen(inWholeSeconds(third)))
      }),
    { examples }
  )
