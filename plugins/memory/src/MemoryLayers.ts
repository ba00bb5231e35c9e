import { type Digest, ofBytes } from "@gantry/core/image/Digest"
import {
  type LayerInfo,
  LayerStore,
  type LayerStoreShape,
  type Stack,
  type TreeHandle
} from "@gantry/core/store/LayerStore"
import {
  BlobCorrupt,
  LayerInUse,
  LayerMissing,
  type StorageFailure,
  storageFailure,
  UnsafePath
} from "@gantry/core/store/StoreError"
import { canonicalChanges } from "@gantry/core/tree/canonical-changes"
import { byCodeUnit, isBelow } from "@gantry/core/tree/safe-path"
import { tarPieces } from "@gantry/core/tree/tar-write"
import type { TreeChange } from "@gantry/core/tree/TreeEntry"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { MemoryTrees, type MemoryTreesShape } from "./MemoryTrees.ts"
import { readArchive } from "./read-archive.ts"
import { lookup, marksFirst, type View, withLayer } from "./view.ts"
import { WorkTree } from "./WorkTree.ts"

interface StoredLayer {
  readonly info: LayerInfo
  readonly changes: ReadonlyArray<TreeChange>
  readonly archive: Uint8Array
}

interface OpenTree {
  readonly parents: Stack
  readonly keep: boolean
  readonly work: WorkTree
}

/** Layers as lists of changes with their bytes, and open trees for the memory runtime. Each store made here has its own. */
export const make = Effect.sync(() => {
  const layers = new Map<Digest, StoredLayer>()
  const trees = new Map<string, OpenTree>()
  let drafts = 0

  const stacked = (stack: Stack): Effect.Effect<View, LayerMissing> =>
    Effect.reduce(stack, new Map(), (view: View, diffId) => {
      const layer = layers.get(diffId)
      return layer === undefined
        ? Effect.fail(new LayerMissing({ diffId }))
        : Effect.succeed(withLayer(view, layer.changes))
    })

  const opened = (operation: StorageFailure["operation"], id: string): Effect.Effect<OpenTree, StorageFailure> =>
    Effect.suspend(() => {
      const tree = trees.get(id)
      return tree === undefined
        ? Effect.fail(storageFailure(operation, `the tree ${id}`)(new Error("there is no such tree")))
        : Effect.succeed(tree)
    })

  const write = (id: string, changes: Iterable<TreeChange>) =>
    Effect.flatMap(opened("prepare", id), ({ keep, parents, work }) =>
      Effect.try({
        try: () => void trees.set(id, { parents, keep, work: work.with(changes) }),
        catch: (cause) => (cause instanceof UnsafePath ? cause : storageFailure("prepare", `the tree ${id}`)(cause))
      })
    )

  /** Makes a layer visible, or finds that it is there. */
  const keep = (layer: StoredLayer): LayerInfo => {
    const known = layers.get(layer.info.diffId)
    if (known !== undefined) return known.info
    layers.set(layer.info.diffId, layer)
    return layer.info
  }

  const store: LayerStoreShape = {
    abilities: { hostPaths: false },
    prepare: ({ id: wanted, keep: kept, parents }) =>
      Effect.flatMap(stacked(parents), (below) =>
        Effect.suspend(() => {
          const id = wanted ?? `draft-${drafts++}`
          if (trees.has(id))
            return Effect.fail(storageFailure("prepare", `the tree ${id}`)(new Error("it is there already")))
          trees.set(id, { parents, keep: kept, work: new WorkTree(below) })
          return Effect.succeed<TreeHandle>({ id, parents, root: { type: "opaque", store: "memory", id } })
        })
      ),
    write: ({ id }, changes) => write(id, changes),
    commit: ({ id }, { clampNs } = {}) =>
      Effect.map(opened("commit", id), ({ work }) => {
        const changes = work.changes().map((change) => settled(change, clampNs))
        trees.delete(id)
        if (changes.length === 0) return Option.none()
        const archive = Buffer.concat([...tarPieces(changes)])
        const info = { diffId: ofBytes(archive), size: archive.length, entries: changes.length }
        return Option.some(keep({ info, changes, archive }))
      }),
    discard: ({ id }) => Effect.sync(() => void trees.delete(id)),
    unpack: (diffId, pieces) =>
      Effect.gen(function* () {
        const archive = Buffer.concat([...(yield* Stream.runCollect(Stream.map(pieces, (piece) => piece.slice())))])
        const actual = ofBytes(archive)
        if (diffId !== undefined && actual !== diffId)
          return yield* new BlobCorrupt({ expected: diffId, actual, size: archive.length })
        const changes = yield* readArchive(archive)
        return keep({ info: { diffId: actual, size: archive.length, entries: changes.length }, changes, archive })
      }),
    pack: (diffId) =>
      Stream.suspend(() => {
        const layer = layers.get(diffId)
        return layer === undefined ? Stream.fail(new LayerMissing({ diffId })) : Stream.make(layer.archive)
      }),
    contents: (diffId) =>
      Effect.suspend(() => {
        const layer = layers.get(diffId)
        return layer === undefined
          ? Effect.fail(new LayerMissing({ diffId }))
          : Effect.succeed(canonicalChanges(marksFirst(layer.changes)))
      }),
    packTree: ({ id }) =>
      Stream.fromIterableEffect(
        Effect.flatMap(opened("read", id), ({ work }) =>
          Effect.try({ try: () => [...tarPieces(work.view.values())], catch: storageFailure("read", `the tree ${id}`) })
        )
      ),
    packChanges: ({ id }) =>
      Stream.fromIterableEffect(
        Effect.flatMap(opened("read", id), ({ work }) =>
          Effect.try({ try: () => [...tarPieces(work.changes())], catch: storageFailure("read", `the tree ${id}`) })
        )
      ),
    get: (diffId) => Effect.sync(() => Option.fromNullable(layers.get(diffId)?.info)),
    remove: (diffId) =>
      Effect.suspend(() => {
        const users = [...trees].filter(([, { parents }]) => parents.includes(diffId)).map(([id]) => id)
        if (users.length > 0) return Effect.fail(new LayerInUse({ diffId, users }))
        layers.delete(diffId)
        return Effect.void
      }),
    list: Effect.sync(() => [...layers.values()].map(({ info }) => info)),
    usage: ({ id }) =>
      Effect.map(opened("read", id), ({ work }) => {
        const changes = work.changes()
        const bytes = changes.reduce((sum, change) => sum + (change.type === "file" ? change.size : 0), 0)
        return { bytes, entries: changes.length }
      }),
    changes: ({ id }) => Effect.map(opened("read", id), ({ work }) => work.changes()),
    lookup: (stack, path, follow) =>
      Effect.map(stacked(stack), (view) => Option.fromNullable(lookup(view, path, follow))),
    walk: (stack, directory) =>
      Effect.map(stacked(stack), (view) =>
        [...view.values()].filter(({ path }) => isBelow(path, directory)).toSorted((a, b) => byCodeUnit(a.path, b.path))
      ),
    // There is no disk to wait for, and what a dead process had is gone with it.
    flush: Effect.void,
    trees: Effect.sync(() => [...trees].map(([id, { keep: kept, parents }]) => ({ id, parents, keep: kept }))),
    // All trees are this process' own.
    kept: Effect.succeed([]),
    sweep: Effect.succeed([])
  }
  const reached: MemoryTreesShape = { view: (id) => Effect.map(opened("mount", id), ({ work }) => work.view), write }
  return { store, trees: reached }
})

const second = 1_000_000_000n

/** The change with the time an archive can hold: whole seconds, not after the clamp. */
const settled = (change: TreeChange, clampNs: bigint | undefined): TreeChange => {
  if (change.type === "removed" || change.type === "opaque") return change
  const least = clampNs !== undefined && clampNs < change.mtimeNs ? clampNs : change.mtimeNs
  return { ...change, mtimeNs: least - (((least % second) + second) % second) }
}

/** Layers that are gone when the program ends, and how the memory runtime reaches trees on them. */
export const layer: Layer.Layer<LayerStore | MemoryTrees> = Layer.effectContext(
  Effect.map(make, ({ store, trees }) => Context.make(LayerStore, store).pipe(Context.add(MemoryTrees, trees)))
)
