import type { Digest } from "@gantry/core/image/Digest"
import { type LayerInfo, LayerStore, type Stack } from "@gantry/core/store/LayerStore"
import type { TreeChange } from "@gantry/core/tree/TreeEntry"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { plainChanges } from "./plain-changes.ts"
import { joined } from "./samples/bytes.ts"
import type { Tree } from "./Tree.ts"

/** A layer of the changes, on a stack; none when the changes change nothing. */
export const layerOf = (parents: Stack, changes: ReadonlyArray<TreeChange>) =>
  Effect.gen(function* () {
    const store = yield* LayerStore
    const tree = yield* store.prepare({ parents, keep: false })
    yield* store.write(tree, changes)
    return yield* store.commit(tree)
  })

/** The stack with a layer more, if there is one. */
export const stackedOn = (parents: Stack, layer: Option.Option<LayerInfo>): Stack => [
  ...parents,
  ...Option.toArray(Option.map(layer, ({ diffId }) => diffId))
]

/** The layers of a history of trees. Equal layers may stand in a stack twice. */
export const stackOf = (history: ReadonlyArray<Tree>, changesOf = plainChanges) =>
  Effect.gen(function* () {
    let stack: Stack = []
    let before: Tree = []
    for (const next of history) {
      stack = stackedOn(stack, yield* layerOf(stack, changesOf(before, next)))
      before = next
    }
    return stack
  })

/** The archive of a layer. */
export const packed = (diffId: Digest) =>
  Effect.gen(function* () {
    const store = yield* LayerStore
    return joined(yield* Stream.runCollect(store.pack(diffId)))
  })

/** Whether a layer can be seen in any of the ways a store has. */
export const visible = (diffId: Digest) =>
  Effect.gen(function* () {
    const store = yield* LayerStore
    const found = Option.isSome(yield* store.get(diffId))
    const listed = (yield* store.list).some((each) => each.diffId === diffId)
    return found || listed || (yield* Effect.isSuccess(Stream.runDrain(store.pack(diffId))))
  })

/** An archive that is not quite what it was: without its end, with more behind it, or with a bit turned. */
export const spoiled = (archive: Uint8Array, change: string, at: number): Uint8Array => {
  const place = at % archive.length
  switch (change) {
    case "short":
      return archive.subarray(0, archive.length - 1 - (at % 512))
    case "long":
      return joined([archive, new Uint8Array(1 + (at % 512))])
    case "bit":
      return archive.with(place, (archive[place] ?? 0) ^ 1)
    default:
      return archive
  }
}
