import { ofBytes } from "@gantry/core/image/Digest"
import { LayerStore } from "@gantry/core/store/LayerStore"
import { canonicalChanges } from "@gantry/core/tree/canonical-changes"
import { readChanges } from "@gantry/core/tree/read-changes"
import { tarPieces } from "@gantry/core/tree/tar-write"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as fc from "fast-check"
import { forAll, type Law } from "./Law.ts"
import { layerOf, packed, stackedOn, stackOf, visible } from "./layer-steps.ts"
import { emptyingChanges, plainChanges } from "./plain-changes.ts"
import { cut, cuts, joined } from "./samples/bytes.ts"
import { shuffled } from "./samples/changes.ts"
import { layerArchiveLaws } from "./layer-archives.ts"
import { changesArchiveLaw, treeArchiveLaw } from "./tree-archive-law.ts"
import { treePairs, trees, treeTriples } from "./samples/trees.ts"
import { asSeen, inWholeSeconds, sameChanges, sameTree, type Tree } from "./Tree.ts"

const options = { fifos: true, xattrs: true }
const fewTrees = trees(options).filter(({ length }) => length > 0)

const plain = { mode: 0o755, uid: 0, gid: 0, mtimeNs: 0n }

/** `c/c` is gone, and yet a look at it finds something: `c`, by way of the link. */
const linkForDirectory: readonly [Tree, Tree, Tree] = [
  [
    { ...plain, path: "c", type: "directory" },
    { ...plain, path: "c/c", type: "fifo" }
  ],
  [],
  [{ ...plain, mode: 0o777, path: "c", type: "symlink", target: "." }]
]

/** A directory that gives its group to what is made in it, and root's file in it. */
const groupOfDirectory: readonly [Tree, Tree, Tree] = [
  [],
  [{ ...plain, mode: 0o2755, gid: 1, path: "a", type: "directory" }],
  [
    { ...plain, mode: 0o2755, gid: 1, path: "a", type: "directory" },
    { ...plain, path: "a/b", type: "file", size: 0, content: { from: "bytes", bytes: new Uint8Array() } }
  ]
]

const owned = { mode: 0o644, uid: 0, gid: 0, mtimeNs: 0n }

/** One file under two names. */
const twoNames: Tree = [
  { ...owned, path: "a", type: "file", size: 1, content: { from: "bytes", bytes: Uint8Array.of(1) } },
  { ...owned, path: "b", type: "hardlink", target: "a" }
]

/** What a store of unpacked layers must make true. */
export const layerLaws: ReadonlyArray<Law<LayerStore>> = [
  forAll(
    "LAY-1",
    "a committed layer reads back as the tree that was committed",
    fewTrees,
    (tree) =>
      Effect.gen(function* () {
        const store = yield* LayerStore
        const stack = stackedOn([], yield* layerOf([], tree))
        const walked = yield* store.walk(stack, "")
        const sorted = walked.every(({ path }, index) => index === 0 || (walked[index - 1]?.path ?? "") < path)
        return sorted && sameTree(inWholeSeconds(walked), inWholeSeconds(tree))
      }),
    // Few samples have a hard link, and a store that copies them may meet none.
    { examples: [twoNames] }
  ),

  forAll(
    "LAY-2",
    "writing into a child never changes its parent",
    fc.tuple(treePairs(options), fc.boolean()),
    ([[tree, next], commits]) =>
      Effect.gen(function* () {
        const store = yield* LayerStore
        const parents = stackedOn([], yield* layerOf([], tree))
        const child = yield* store.prepare({ parents, keep: false })
        yield* store.write(child, plainChanges(tree, next))
        yield* store.write(
          child,
          tree.filter(({ path }) => !path.includes("/")).map(({ path }) => ({ type: "removed", path }))
        )
        if (commits) yield* store.commit(child)
        else yield* store.discard(child)
        const walked = yield* store.walk(parents, "")
        const archives = yield* Effect.forEach(parents, packed)
        return (
          sameTree(inWholeSeconds(walked), inWholeSeconds(tree)) &&
          archives.every((archive, index) => ofBytes(archive) === parents[index])
        )
      })
  ),

  forAll("LAY-3", "a layer that has trees on it cannot be removed", fewTrees, (tree) =>
    Effect.gen(function* () {
      const store = yield* LayerStore
      const parents = stackedOn([], yield* layerOf([], tree))
      const [diffId] = parents
      if (diffId === undefined) return false
      const child = yield* store.prepare({ parents: [...parents, diffId], keep: false })
      const refused = yield* Effect.either(store.remove(diffId))
      const still = yield* visible(diffId)
      yield* store.discard(child)
      yield* store.remove(diffId)
      yield* store.remove(diffId)
      const inUse =
        Either.isLeft(refused) && refused.left._tag === "LayerInUse" && refused.left.users.includes(child.id)
      return inUse && still && !(yield* visible(diffId))
    })
  ),

  forAll(
    "LAY-4",
    "discarding an uncommitted tree leaves no trace",
    fc.tuple(treePairs(options), fc.boolean()),
    ([pair, keep]) =>
      Effect.gen(function* () {
        const store = yield* LayerStore
        const [tree, next] = pair
        const parents = stackedOn([], yield* layerOf([], tree))
        const before = (yield* store.list).length
        const child = yield* store.prepare({
          parents,
          keep,
          id: `law-${ofBytes(JSON.stringify(parents)).slice(7, 19)}`
        })
        yield* store.write(child, plainChanges(tree, next))
        yield* store.discard(child)
        yield* store.discard(child)
        const gone = yield* Effect.isFailure(store.usage(child))
        // The name is free again, and nothing of the earlier tree is in the new one.
        const again = yield* store.prepare({ parents, keep, id: child.id })
        const changes = yield* store.changes(again)
        const usage = yield* store.usage(again)
        yield* store.discard(again)
        const after = (yield* store.list).length
        return gone && changes.length === 0 && usage.entries === 0 && usage.bytes === 0 && before === after
      })
  ),

  forAll(
    "LAY-5",
    "a layer that is packed and unpacked is the same layer",
    fc.tuple(treePairs(options), cuts),
    ([[tree, next], places]) =>
      Effect.gen(function* () {
        const store = yield* LayerStore
        const parents = yield* stackOf([tree, next])
        const before = yield* store.walk(parents, "")
        const infos = yield* Effect.forEach(new Set(parents), (diffId) =>
          Effect.gen(function* () {
            const info = Option.getOrThrow(yield* store.get(diffId))
            const archive = yield* packed(diffId)
            yield* store.remove(diffId)
            const again = yield* store.unpack(diffId, Stream.fromIterable(cut(archive, places)))
            return (
              ofBytes(archive) === diffId &&
              archive.length === info.size &&
              JSON.stringify(again) === JSON.stringify(info) &&
              ofBytes(yield* packed(diffId)) === diffId
            )
          })
        )
        return infos.every(Boolean) && sameTree(yield* store.walk(parents, ""), before)
      })
  ),

  forAll(
    "LAY-6",
    "the tree of a stack is the sum of its layers",
    treeTriples(options),
    (history) =>
      Effect.gen(function* () {
        const store = yield* LayerStore
        const stack = yield* stackOf(history)
        const last = asSeen(inWholeSeconds(history.at(-1) ?? []))
        const walked = asSeen(inWholeSeconds(yield* store.walk(stack, "")))
        const found = yield* Effect.forEach(last, ({ path }) => store.lookup(stack, path, false))
        const looked = asSeen(inWholeSeconds(found.flatMap(Option.toArray)))
        // A link may stand where a directory was, and lead to something of the name that was in it.
        const gone = yield* Effect.forEach(
          history.flat().filter(({ path }) => !last.some((entry) => entry.path === path)),
          ({ path }) =>
            Effect.map(
              store.lookup(stack, path, false),
              Option.filter((seen) => seen.path === path)
            )
        )
        const alike = looked.every(({ path, type }, index) => {
          const expected = last[index]
          // A single entry may call itself a hard link or the file it is.
          return expected?.path === path && (expected.type === type || type === "hardlink")
        })
        const emptying = yield* stackOf(history, emptyingChanges)
        const other = asSeen(inWholeSeconds(yield* store.walk(emptying, "")))
        return (
          sameTree(walked, last) &&
          sameTree(other, last) &&
          looked.length === last.length &&
          alike &&
          gone.every(Option.isNone)
        )
      }),
    { examples: [linkForDirectory] }
  ),

  forAll(
    "LAY-7",
    "a tree without changes makes no layer",
    fc.tuple(trees(options), fc.constantFrom("untouched", "removed what was not there", "made and removed")),
    ([tree, how]) =>
      Effect.gen(function* () {
        const store = yield* LayerStore
        const parents = stackedOn([], yield* layerOf([], tree))
        const before = (yield* store.list).length
        const child = yield* store.prepare({ parents, keep: false })
        const made = { type: "directory", path: "made by a law", mode: 0o755, uid: 0, gid: 0, mtimeNs: 0n } as const
        if (how === "made and removed") yield* store.write(child, [made])
        if (how !== "untouched") yield* store.write(child, [{ type: "removed", path: made.path }])
        const layer = yield* store.commit(child)
        const ended = yield* Effect.isFailure(store.usage(child))
        return Option.isNone(layer) && ended && (yield* store.list).length === before
      })
  ),

  forAll(
    "LAY-10",
    "equal trees give equal layers, in whichever store and order they were written",
    fc.tuple(fewTrees, fc.infiniteStream(fc.nat())),
    ([tree, numbers]) =>
      Effect.gen(function* () {
        const store = yield* LayerStore
        const once = Option.getOrThrow(yield* layerOf([], tree))
        const child = yield* store.prepare({ parents: [], keep: false })
        // Links need the file they name before them, and directories get their times last.
        const parts = shuffled(tree, numbers)
        for (const entry of parts) if (entry.type !== "hardlink") yield* store.write(child, [entry])
        yield* store.write(
          child,
          parts.filter(({ type }) => type === "hardlink")
        )
        const twice = Option.getOrThrow(yield* store.commit(child))
        return once.diffId === ofBytes(joined(tarPieces(tree))) && twice.diffId === once.diffId
      })
  ),

  forAll("LAY-11", "the changes of a tree are what was written into it", fewTrees, (tree) =>
    Effect.gen(function* () {
      const store = yield* LayerStore
      const child = yield* store.prepare({ parents: [], keep: false })
      yield* store.write(child, tree)
      const changes = yield* store.changes(child)
      const usage = yield* store.usage(child)
      // Contents may be files of the tree: they are read while it is open.
      const same = sameChanges(inWholeSeconds(changes), inWholeSeconds(tree))
      yield* store.discard(child)
      const bytes = tree.reduce((sum, entry) => sum + (entry.type === "file" ? entry.size : 0), 0)
      return same && usage.bytes === bytes && usage.entries === tree.length
    })
  ),

  forAll("LAY-13", "what a layer holds is what its archive says", treePairs(options), (history) =>
    Effect.gen(function* () {
      const store = yield* LayerStore
      const stack = yield* stackOf(history)
      const same = yield* Effect.forEach(new Set(stack), (diffId) =>
        Effect.gen(function* () {
          const said = readChanges([yield* packed(diffId)])
          return !("why" in said) && sameChanges(yield* store.contents(diffId), canonicalChanges(said))
        })
      )
      const none = yield* Effect.flip(store.contents(ofBytes("no layer")))
      return same.every(Boolean) && none._tag === "LayerMissing"
    })
  ),

  treeArchiveLaw(treeTriples(options), [linkForDirectory, groupOfDirectory]),

  changesArchiveLaw(treeTriples(options), [linkForDirectory, groupOfDirectory]),

  ...layerArchiveLaws(fewTrees)
]
