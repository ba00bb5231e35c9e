import { ofBytes } from "@gantry/core/image/Digest"
import { LayerStore } from "@gantry/core/store/LayerStore"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type * as fc from "fast-check"
import { forAll, type Law } from "./Law.ts"
import { stackOf } from "./layer-steps.ts"
import { plainChanges } from "./plain-changes.ts"
import { joined } from "./samples/bytes.ts"
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

/** LAY-17: what `LayerStore.packChanges` gives, on the same histories. */
export const changesArchiveLaw = (
  histories: fc.Arbitrary<readonly [Tree, Tree, Tree]>,
  examples: ReadonlyArray<readonly [Tree, Tree, Tree]>
): Law<LayerStore> =>
  forAll(
    "LAY-17",
    "the archive of a tree's changes is that of the layer a commit makes of it, and leaves the tree as it is",
    histories,
    ([first, second, third]) =>
      Effect.gen(function* () {
        const store = yield* LayerStore
        const child = yield* store.prepare({ parents: yield* stackOf([first, second]), keep: false })
        yield* store.write(child, plainChanges(second, third))
        const archives = yield* Effect.forEach([child, child], (tree) =>
          Effect.map(Stream.runCollect(store.packChanges(tree)), joined)
        )
        const made = yield* store.commit(child)
        return archives.every((archive) =>
          Option.match(made, {
            // Nothing but the end of an archive.
            onNone: () => archive.every((byte) => byte === 0),
            onSome: ({ diffId }) => ofBytes(archive) === diffId
          })
        )
      }),
    { examples }
  )
