import { join } from "node:path"
import { makePassable } from "@gantry/core/make-passable"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Digest } from "@gantry/core/image/Digest"
import { ownerOutside } from "@gantry/core/runtime/IdMaps"
import { Settings } from "@gantry/core/Settings"
import { Database, type DatabaseTooNew, type Transaction } from "@gantry/core/state/Database"
import { LayerStore, type LayerStoreShape, type Stack, type TreeHandle } from "@gantry/core/store/LayerStore"
import { LayerInUse, LayerMissing, type StorageFailure, storageFailure } from "@gantry/core/store/StoreError"
import { attempt } from "./attempt.ts"
import { flushStore } from "./flush-store.ts"
import { type Kernel, loadKernel } from "./kernel.ts"
import {
  allTrees,
  allLayers,
  findTree,
  insertTree,
  type LayerRow,
  layerTables,
  usersOf,
  visibleRows
} from "./layer-rows.ts"
import { listLive } from "./list-live.ts"
import { changesOf } from "./list-upper.ts"
import { ensureMapped, type MappedTree, mappedTrees } from "./mapped-trees.ts"
import { isOwned, ownName, ownSelf } from "./owner.ts"
import { archivePieces, changesIn } from "./pack-layer.ts"
import { packHere, packProcesses } from "./pack-process.ts"
import { changePieces, type Standing, treePieces } from "./pack-tree.ts"
import { removeTree } from "./remove-tree.ts"
import { findPlaced } from "./find-placed.ts"
import { placing, putAway } from "./place-layer.ts"
import { placesOf } from "./places.ts"
import { sealTree, settleTree } from "./seal-tree.ts"
import { ensureSkeleton, skeletonName } from "./skeleton.ts"
import { sweepStore } from "./sweep-store.ts"
import { handleOf, makePoints, makeTree, rootMeta } from "./tree-home.ts"
import { treeWriter } from "./TreeWriter.ts"
import { type UnionView, unionView, type ViewLayer } from "./UnionView.ts"
import { applyLayer, placeFiles, unpackFile, unpackLayer } from "./unpack-layer.ts"
import { unpackProcesses } from "./unpack-process.ts"

/** Bytes of an archive that are compressed right here: starting a process takes longer than this. */
const shortBytes = 1024 * 1024

/** Changes after which others get their turn. */
const turn = 256

const treeName = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/

/**
 * Layers as directories that overlayfs stacks. Needs root (or a user namespace), and a file system under the store's
 * root that overlayfs takes as an upper directory.
 */
export const make: Effect.Effect<LayerStoreShape, StorageFailure | DatabaseTooNew, Database | Settings> = Effect.gen(
  function* () {
    const db = yield* Database
    const settings = yield* Settings
    const places = placesOf(settings.root)
    const processes = unpackProcesses([...settings.self, "__unpack"])
    const packers = packProcesses([...settings.self, "__pack"])
    yield* db.migrate(layerTables)
    yield* Effect.try({
      try: () => {
        for (const each of [places.layers, places.trees, places.ingest]) makePassable(each)
        ensureSkeleton(places)
      },
      catch: storageFailure("prepare", places.root)
    })

    const rowsOf = (stack: Stack): Effect.Effect<ReadonlyArray<LayerRow>, LayerMissing | StorageFailure> =>
      db
        .read("layers", (tx) => stack.map((diffId) => findPlaced(tx, places, diffId) ?? diffId))
        .pipe(Effect.flatMap(requireAll))

    /** The layers of a stack as a view takes them, topmost first. */
    const layersOf = (stack: ReadonlyArray<LayerRow>, kernel: Kernel | undefined): ReadonlyArray<ViewLayer> =>
      visibleRows(stack)
        .toReversed()
        .map((row): ViewLayer => {
          const directory = join(places.layers, row.short, "diff")
          return kernel !== undefined && row.hasXattrs ? { directory, kernel } : { directory }
        })

    /** The merged view of a stack whose rows are known, base first. */
    const viewOf = async (stack: ReadonlyArray<LayerRow>): Promise<UnionView> => {
      const rows = visibleRows(stack)
      const kernel = rows.some((row) => row.hasXattrs) ? await loadKernel() : undefined
      const layers = layersOf(rows, kernel)
      return unionView(layers, rootMeta(rows.toReversed(), layers))
    }

    const treeOf = (id: string, operation: StorageFailure["operation"]) =>
      db
        .read("trees", (tx) => findTree(tx, id))
        .pipe(
          Effect.flatMap((tree) =>
            tree === undefined
              ? Effect.fail(storageFailure(operation, id)(new Error(`there is no tree ${id}`)))
              : Effect.succeed(tree)
          )
        )

    /** A tree, with all that is needed to work in it. */
    const opened = (id: string, operation: StorageFailure["operation"]) =>
      Effect.gen(function* () {
        const tree = yield* treeOf(id, operation)
        const rows = yield* rowsOf(tree.parents).pipe(
          Effect.catchTag("LayerMissing", (missing) => Effect.fail(storageFailure(operation, id)(missing)))
        )
        const [kernel, below] = yield* Effect.tryPromise({
          try: () => Promise.all([loadKernel(), viewOf(rows)]),
          catch: storageFailure(operation, id)
        })
        return { tree, kernel, below, upper: join(places.trees, id, "diff") }
      })

    const removeAll = (paths: ReadonlyArray<string>): Effect.Effect<void, StorageFailure> =>
      Effect.tryPromise({
        try: () => Promise.all(paths.map(removeTree)),
        catch: storageFailure("remove", places.ingest)
      })

    const prepare: LayerStoreShape["prepare"] = ({
      bare = false,
      id = `draft-${ownName()}`,
      keep,
      owners,
      parents,
      points
    }) =>
      Effect.gen(function* () {
        if (!treeName.test(id)) return yield* Effect.dieMessage(`${JSON.stringify(id)} cannot be the name of a tree`)
        const before = yield* rowsOf(parents)
        const view = yield* Effect.tryPromise({ try: () => viewOf(before), catch: storageFailure("prepare", id) })
        // Overlayfs wants a lower directory, so a bare tree has one for its points even when it has none.
        const hasPoints = points !== undefined || bare
        const kernel =
          view.root.xattrs === undefined && !hasPoints && owners === undefined
            ? undefined
            : yield* Effect.tryPromise({ try: loadKernel, catch: storageFailure("prepare", id) })
        // Finding the layers and standing on them is one step, so none of them is removed in between.
        const found = yield* db.write(`the tree ${id}`, (tx) => {
          const rows = parents.map((diffId) => findPlaced(tx, places, diffId) ?? diffId)
          if (rows.some((row) => typeof row === "string")) return rows
          insertTree(tx, { id, parents, keep, owner: ownSelf(), ...(owners === undefined ? {} : { owners }) })
          makeTree(
            places,
            id,
            owners === undefined ? view.root : { ...view.root, ...ownerOutside(owners, view.root) },
            kernel
          )
          return rows
        })
        const rows = yield* requireAll(found)
        let mapped: MappedTree | undefined
        if (owners !== undefined && kernel !== undefined) {
          const lowest = bare ? [] : [{ directory: join(places.layers, skeletonName, "diff") }]
          const whole = unionView([...layersOf(rows, kernel), ...lowest], view.root)
          const stack = visibleRows(rows).map(({ diffId }) => diffId)
          mapped = yield* attempt("prepare", id, (breathe) =>
            ensureMapped(places, { stack, view: whole, owners, kernel, breathe })
          ).pipe(
            Effect.catchTag("UnsafePath", (unsafe) => Effect.fail(storageFailure("prepare", id)(unsafe))),
            Effect.onError(() => Effect.ignore(discard({ id })))
          )
        }
        if (hasPoints && kernel !== undefined) {
          yield* Effect.try({
            try: () => makePoints(places, id, { below: view, kernel, points: points ?? [], owners, mapped }),
            catch: storageFailure("prepare", id)
          }).pipe(Effect.onError(() => Effect.ignore(discard({ id }))))
        }
        return handleOf(places, { id, parents, bare, points: hasPoints, mapped }, rows)
      })

    const write: LayerStoreShape["write"] = ({ id }, changes) =>
      Effect.gen(function* () {
        const { below, kernel, upper } = yield* opened(id, "prepare")
        yield* attempt("prepare", id, async (breathe) => {
          const writer = treeWriter(kernel, upper, below)
          let since = 0
          for (const change of changes) {
            for (const pause of writer.apply(change)) {
              void pause
              await breathe()
            }
            if (++since % turn === 0) await breathe()
          }
          writer.finish()
        })
      })

    const endTree = (tx: Transaction, id: string): ReadonlyArray<string> => {
      tx.run("DELETE FROM trees WHERE id = ?", id)
      const away = putAway(places, join(places.trees, id))
      return away === undefined ? [] : [away]
    }

    // The files go first: on a full disk the database cannot be written to before there is room again.
    const discard: LayerStoreShape["discard"] = ({ id }) =>
      treeName.test(id)
        ? removeAll([join(places.trees, id)]).pipe(
            Effect.zipRight(db.write(`the tree ${id}`, (tx) => endTree(tx, id))),
            Effect.flatMap(removeAll)
          )
        : Effect.void

    const commit: LayerStoreShape["commit"] = ({ id }, options) =>
      Effect.gen(function* () {
        const { below, kernel, tree, upper } = yield* opened(id, "commit")
        if (tree.owners !== undefined)
          return yield* Effect.dieMessage(`${id} has other owners than a layer of it would`)
        const sealed = yield* attempt("commit", id, async (breathe) => {
          const changes = settleTree(kernel, upper, below, options?.clampNs)
          return changes.length === 0 ? undefined : await sealTree(changes, breathe)
        }).pipe(Effect.catchTag("UnsafePath", (unsafe) => Effect.fail(storageFailure("commit", id)(unsafe))))
        if (sealed === undefined) {
          yield* discard({ id })
          return Option.none()
        }
        yield* placing({ db, places, removeAll }, `the layer ${sealed.diffId}`, (tx, place) => [
          ...place({ diff: upper }, sealed),
          ...endTree(tx, id)
        ])
        return Option.some({ diffId: sealed.diffId, size: sealed.size, entries: sealed.entries })
      })

    const remove: LayerStoreShape["remove"] = (diffId) =>
      Effect.gen(function* () {
        const { short, users } = yield* db.write(`the layer ${diffId}`, (tx) => {
          const standing = usersOf(tx, diffId)
          const row = tx.get("SELECT short FROM layers WHERE diff_id = ?", diffId)
          if (standing.length === 0) tx.run("DELETE FROM layers WHERE diff_id = ?", diffId)
          return { short: row === undefined ? undefined : String(row["short"]), users: standing }
        })
        if (users.length > 0) return yield* new LayerInUse({ diffId, users })
        if (short === undefined) return
        // After the row, so that a kill leaves files that nobody names, and never a name without files.
        const away = yield* db.write(`the layer ${diffId}`, (tx) => {
          const isAnew = tx.get("SELECT 1 FROM layers WHERE short = ?", short) !== undefined
          if (isAnew) return []
          const mapped = mappedTrees(places).filter(({ layers }) => layers.includes(diffId))
          const all = [join(places.layers, short), ...mapped.map(({ path }) => path)].map((path) =>
            putAway(places, path)
          )
          return all.filter((path) => path !== undefined)
        })
        yield* removeAll(away)
      })

    const viewed = <A>(stack: Stack, look: (view: UnionView) => A) =>
      Effect.flatMap(rowsOf(stack), (rows) =>
        Effect.tryPromise({ try: async () => look(await viewOf(rows)), catch: storageFailure("read", "layers") })
      )

    const upperOf = (id: string) =>
      Effect.flatMap(opened(id, "read"), ({ below, kernel, tree, upper }) =>
        Effect.try({
          try: () => {
            const items = listLive(kernel, upper, tree.owners)
            return { items, changes: changesOf(items, below).changes }
          },
          catch: storageFailure("read", id)
        })
      )

    /** Archives that are made of a tree as it is. */
    const archived = (
      { id }: Pick<TreeHandle, "id">,
      pieces: (standing: Standing, upper: string) => AsyncGenerator<Buffer, void>
    ): Stream.Stream<Uint8Array, StorageFailure> =>
      Stream.unwrap(
        Effect.map(opened(id, "read"), ({ below, kernel, tree, upper }) =>
          Stream.fromAsyncIterable(pieces({ below, kernel, owners: tree.owners }, upper), storageFailure("read", id))
        )
      )

    const pack: LayerStoreShape["pack"] = (diffId) =>
      Stream.unwrap(
        Effect.gen(function* () {
          const row = yield* db.read("layers", (tx) => findPlaced(tx, places, diffId))
          if (row === undefined) return yield* new LayerMissing({ diffId })
          return Stream.fromAsyncIterable(archivePieces(places, row), storageFailure("read", diffId))
        })
      )

    const contents: LayerStoreShape["contents"] = (diffId) =>
      Effect.gen(function* () {
        const [row] = yield* rowsOf([diffId])
        if (row === undefined) return []
        return yield* Effect.tryPromise({ try: () => changesIn(places, row), catch: storageFailure("read", diffId) })
      })

    return {
      abilities: { hostPaths: true },
      prepare,
      write,
      commit,
      discard,
      unpack: unpackLayer({ db, places, settings, removeAll, processes }),
      unpackFile: unpackFile({ db, places, settings, removeAll, processes }),
      apply: applyLayer({ settings, processes }),
      place: placeFiles({ settings, processes }),
      pack,
      packCompressed: (diffId, form, onBytes) =>
        Stream.unwrap(
          Effect.map(rowsOf([diffId]), ([row]) =>
            row === undefined
              ? Stream.empty
              : row.size <= shortBytes
                ? packHere(places, row, form, onBytes)
                : packers.pack(places, row, form, onBytes)
          )
        ),
      contents,
      packTree: (tree) => archived(tree, (standing, upper) => treePieces(standing, [upper])),
      packFolder: ({ directory, overlay, tree }) =>
        archived(tree, (standing, upper) => treePieces(standing, overlay ? [upper, directory] : [directory])),
      packChanges: (tree) => archived(tree, changePieces),
      get: (diffId) =>
        Effect.map(
          db.read("layers", (tx) => findPlaced(tx, places, diffId)),
          (row) => Option.map(Option.fromNullable(row), infoOf)
        ),
      remove,
      list: Effect.map(db.read("layers", allLayers), (rows) => rows.map(infoOf)),
      usage: ({ id }) =>
        Effect.map(upperOf(id), ({ changes }) => ({
          entries: changes.length,
          bytes: changes.reduce((sum, change) => sum + (change.type === "file" ? change.size : 0), 0)
        })),
      changes: ({ id }) => Effect.map(upperOf(id), ({ changes }) => changes),
      lookup: (stack, path, follow) => viewed(stack, (view) => Option.fromNullable(view.lookup(path, follow))),
      walk: (stack, directory) => viewed(stack, (view) => view.walk(directory)),
      flush: flushStore(db, places),
      trees: Effect.map(db.read("the trees", allTrees), (rows) =>
        rows.map(({ id, keep, parents }) => ({ id, keep, parents }))
      ),
      kept: db.read("the trees", (tx) =>
        allTrees(tx)
          .filter(({ keep, owner }) => keep && !isOwned(owner))
          .map(({ id }) => id)
      ),
      sweep: sweepStore(db, places)
    }
  }
)

/** The layer store of `Settings.root`. */
export const layer: Layer.Layer<LayerStore, StorageFailure | DatabaseTooNew, Database | Settings> = Layer.effect(
  LayerStore,
  make
)

const infoOf = ({ diffId, entries, size }: LayerRow) => ({ diffId, size, entries })

/** All rows, or the first layer that is not there. */
const requireAll = (rows: ReadonlyArray<LayerRow | Digest>): Effect.Effect<ReadonlyArray<LayerRow>, LayerMissing> => {
  const missing = rows.find((row) => typeof row === "string")
  return missing === undefined
    ? Effect.succeed(rows.filter((row) => typeof row !== "string"))
    : Effect.fail(new LayerMissing({ diffId: missing }))
}
