import { statfsSync } from "node:fs"
import { rm } from "node:fs/promises"
import { join, relative } from "node:path"
import { makePassable } from "@gantry/core/make-passable"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Settings } from "@gantry/core/Settings"
import { Database, type DatabaseShape, type Transaction } from "@gantry/core/state/Database"
import { Disk, type DiskItem, type DiskKind, type DiskShape } from "@gantry/core/store/Disk"
import { storageFailure } from "@gantry/core/store/StoreError"
import { isLayerName } from "./layer-rows.ts"
import { makeMeasure, namesIn } from "./measure.ts"
import { isOwned, isPartial } from "./owner.ts"
import { putAway } from "./place-layer.ts"
import { type Places, placesOf } from "./places.ts"
import { skeletonName } from "./skeleton.ts"

/** A place to be measured. */
interface Found {
  readonly kind: DiskKind
  readonly id: string
  /** Absolute. */
  readonly path: string
  readonly how: "whole" | "itself"
}

type Tell = (name: string) => { readonly kind: DiskKind; readonly id?: string }

/** Says what everything below the root is. Under the lock of a write transaction, as nothing is placed without it. */
const tellAll = (tx: Transaction, places: Places, divided: ReadonlyArray<string>): ReadonlyArray<Found> => {
  const { root } = places
  const layers = new Map(tx.all("SELECT short, diff_id FROM layers").map((row) => [row["short"], row["diff_id"]]))
  const trees = new Set(tx.all("SELECT id FROM trees").map((row) => row["id"]))
  const found: Array<Found> = [{ kind: "records", id: "", path: root, how: "itself" }]
  /** A directory by itself, then what is in it. */
  const divide = (path: string, own: DiskKind, tell: Tell): void => {
    found.push({ kind: own, id: relative(root, path), path, how: "itself" })
    for (const name of namesIn(path)) {
      const each = join(path, name)
      const { id = relative(root, each), kind } = tell(name)
      found.push({ kind, id, path: each, how: "whole" })
    }
  }
  const tellLayer: Tell = (name) => {
    if (name === skeletonName) return { kind: "records" }
    const diffId = layers.get(name)
    if (diffId !== undefined) return { kind: "layer", id: String(diffId) }
    return { kind: isLayerName(name) ? "leftover" : "stray" }
  }
  const tellIngest: Tell = (name) => {
    if (isPartial(name)) return { kind: "partial", id: `sha256:${name.slice("partial-".length)}` }
    return { kind: isOwned(name) ? "unfinished" : "leftover" }
  }
  for (const name of namesIn(root)) {
    const path = join(root, name)
    if (path === places.layers) divide(path, "records", tellLayer)
    else if (path === places.mapped) divide(path, "records", () => ({ kind: "records" }))
    else if (path === places.trees)
      divide(path, "records", (id) => (trees.has(id) ? { kind: "tree", id } : { kind: "leftover" }))
    else if (path === places.ingest) divide(path, "records", tellIngest)
    else if (name === "blobs") {
      found.push({ kind: "records", id: name, path, how: "itself" })
      for (const algorithm of namesIn(path)) {
        const each = join(path, algorithm)
        if (each === places.blobs) {
          divide(each, "records", (hex) =>
            /^[0-9a-f]{64}$/.test(hex) ? { kind: "blob", id: `sha256:${hex}` } : { kind: "stray" }
          )
        } else found.push({ kind: "stray", id: relative(root, each), path: each, how: "whole" })
      }
    } else if (name === "locks" || name === "oci-layout") found.push({ kind: "records", id: name, path, how: "whole" })
    else if (divided.includes(name)) divide(path, "other", () => ({ kind: "other" }))
    else found.push({ kind: "other", id: name, path, how: "whole" })
  }
  return found
}

/** What lies below the root of this store. See `Disk`. */
export const make = (db: DatabaseShape, root: string): DiskShape => {
  const places = placesOf(root)
  const failed = storageFailure("list", root)
  return {
    survey: (divided) =>
      Effect.flatMap(
        db.write("what lies below the root", (tx) => tellAll(tx, places, divided)),
        (found) =>
          Effect.tryPromise({
            try: async () => {
              const measure = makeMeasure()
              const items: Array<DiskItem> = []
              for (const { how, id, kind, path } of found) {
                const measured = await measure(path, how)
                if (measured !== undefined) items.push({ kind, id, path: relative(root, path), ...measured })
              }
              return items
            },
            catch: failed
          })
      ),
    space: Effect.try({
      try: () => {
        makePassable(root)
        const { bavail, blocks, bsize } = statfsSync(root)
        return { total: blocks * bsize, free: bavail * bsize }
      },
      catch: failed
    }),
    remove: ({ kind, path }) => {
      const target = join(root, path)
      const inside = path !== "" && relative(root, target) === path && !path.startsWith("..")
      if (!inside || !removable.has(kind)) return Effect.dieMessage(`${kind} ${path} is not to be removed like this`)
      return Effect.flatMap(
        db.write(path, (tx) => {
          const now = tellAll(tx, places, path.split("/").slice(0, -1)).find((each) => each.path === target)
          return now?.kind === kind && now.how === "whole" ? putAway(places, target) : undefined
        }),
        (away) =>
          away === undefined
            ? Effect.void
            : Effect.tryPromise({
                try: () => rm(away, { recursive: true, force: true }),
                catch: storageFailure("remove", path)
              })
      )
    }
  }
}

const removable: ReadonlySet<DiskKind> = new Set(["stray", "partial", "other"])

/** The service as an Effect layer. */
export const layer: Layer.Layer<Disk, never, Database | Settings> = Layer.effect(
  Disk,
  Effect.gen(function* () {
    return make(yield* Database, (yield* Settings).root)
  })
)
