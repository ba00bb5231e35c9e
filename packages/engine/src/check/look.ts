import { type Digest, digest, hasher } from "@gantry/core/image/Digest"
import { Database } from "@gantry/core/state/Database"
import { BlobStore } from "@gantry/core/store/BlobStore"
import { Disk, type DiskItem } from "@gantry/core/store/Disk"
import { LayerStore } from "@gantry/core/store/LayerStore"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { containerOf } from "../containers/tree-names.ts"
import { Containers } from "../containers/Containers.ts"
import { Images } from "../images/Images.ts"
import type { SnapshotServices } from "../prune/take-snapshot.ts"
import { dividedNames, rootPart } from "../root-names.ts"
import { Volumes } from "../volumes/Volumes.ts"
import { archiveListing } from "./archive-listing.ts"
import type { Finding, Report } from "./Finding.ts"
import { lookAtImage } from "./look-at-images.ts"
import { inTheMaking } from "./sweep-all.ts"
import { unreadable } from "./unreadable.ts"

/** How closely is looked. */
export interface LookOptions {
  /** Layers are looked for, and their files not read. */
  readonly quick: boolean
}

/** Things whose bytes are read at once. */
const readers = 2

/** Looks at everything in the store and changes nothing. */
export const look = ({ quick }: LookOptions): Effect.Effect<Report, StorageFailure, SnapshotServices | Database> =>
  Effect.gen(function* () {
    const findings: Array<Finding> = [...(yield* lookAtDatabase)]
    const items = yield* (yield* Disk).survey(dividedNames)
    const layers = yield* LayerStore
    const infos = yield* layers.list
    const trees = yield* layers.trees
    const containers = yield* (yield* Containers).list
    const images = yield* (yield* Images).list
    const named = new Map(containers.map(({ id, name }) => [id, name]))

    const blobs = items.flatMap(({ id, kind }) => (kind === "blob" ? [digest(id)] : []))
    findings.push(...(yield* Effect.forEach(blobs, lookAtBlob, { concurrency: readers })).flat())

    const placed = new Set(items.flatMap(({ id, kind }) => (kind === "layer" ? [digest(id)] : [])))
    const faults = yield* Effect.forEach(
      infos,
      ({ diffId }) => Effect.map(layerFault(diffId, placed.has(diffId), quick), (why) => ({ diffId, why })),
      { concurrency: readers }
    )
    const good = new Set<Digest>()
    const stuck = new Set<Digest>()
    for (const { diffId, why } of faults) {
      if (why === undefined) {
        good.add(diffId)
        continue
      }
      const users = trees
        .filter(({ parents }) => parents.includes(diffId))
        .map(({ id }) => named.get(containerOf(id)) ?? id)
      if (users.length > 0) stuck.add(diffId)
      findings.push({
        kind: "layer",
        what: diffId,
        why,
        repair: users.length > 0 ? { type: "none" } : { type: "remove-layer", diffId },
        todo:
          users.length > 0
            ? `it cannot be replaced while ${users.join(", ")} stands on it: gantry rm ${users.join(" ")}, then check again`
            : "--repair removes it, so that a pull or a build makes it again"
      })
    }

    for (const image of images) findings.push(...(yield* lookAtImage(image, { good, stuck })))

    const treeOf = new Map(trees.map((tree) => [tree.id, tree]))
    const placedTrees = new Set(items.flatMap(({ id, kind }) => (kind === "tree" ? [id] : [])))
    for (const { id, imageName, mounts, name } of containers) {
      const lost = mounts.find((mount) => mount.tree !== undefined && !placedTrees.has(mount.tree))
      if (lost !== undefined)
        findings.push(ofContainer(name, `what it mounts of ${lost.source} is gone`, `remove it: gantry rm ${name}`))
      const tree = treeOf.get(id)
      const missing = tree?.parents.filter((layer) => !good.has(layer) && !stuck.has(layer)) ?? []
      if (tree === undefined || !placedTrees.has(id)) {
        findings.push(ofContainer(name, "what it has written is gone", `remove it: gantry rm ${name}`))
      } else if (missing.length > 0) {
        const why = `it stands on ${missing.length === 1 ? "a layer that is" : "layers that are"} gone or broken: ${missing.join(", ")}`
        findings.push(ofContainer(name, why, `get its image again (${imageName}), by pull or build`))
      }
    }

    findings.push(...(yield* lookAtStrays(items)))
    if (!(yield* (yield* Images).indexIsRight)) {
      findings.push({
        kind: "index",
        what: "index.json",
        why: "it does not say what the database says, so other programs see other images than gantry",
        repair: { type: "write-index" },
        todo: "--repair writes it again"
      })
    }
    const partials = items.filter(({ kind }) => kind === "partial")
    return {
      findings,
      notes:
        partials.length === 0
          ? []
          : [
              `${partials.length === 1 ? "a download is" : `${partials.length} downloads are`} unfinished; pulling again goes on with what is there, and gantry system prune removes it after a day`
            ],
      checked: {
        images: images.length,
        layers: infos.length,
        blobs: blobs.length,
        containers: containers.length,
        files: !quick
      }
    }
  })

const ofContainer = (name: string, why: string, todo: string): Finding => ({
  kind: "container",
  what: name,
  why,
  repair: { type: "none" },
  todo
})

const lookAtDatabase: Effect.Effect<ReadonlyArray<Finding>, StorageFailure, Database> = Effect.gen(function* () {
  const db = yield* Database
  const problems = yield* db.read("the database", (tx) => [
    ...tx.all("PRAGMA integrity_check").map((row) => String(row["integrity_check"])),
    ...tx.all("PRAGMA foreign_key_check").map((row) => `a row of ${row["table"]} points to nothing`)
  ])
  return problems
    .filter((problem) => problem !== "ok")
    .map((why) => ({
      kind: "database",
      what: db.path,
      why,
      repair: { type: "none" },
      todo: "copy what is needed out of the volumes, then begin anew: gantry system reset"
    }))
})

const lookAtBlob = (expected: Digest): Effect.Effect<ReadonlyArray<Finding>, StorageFailure, BlobStore> =>
  Effect.gen(function* () {
    const blobs = yield* BlobStore
    const why = yield* hashOf(blobs.read(expected)).pipe(
      Effect.map((actual) => (actual === expected ? undefined : `its bytes hash to ${actual}`)),
      Effect.catchTags({
        // Removed since it was listed.
        BlobMissing: () => Effect.succeed(undefined),
        StorageFailure: unreadable
      })
    )
    if (why === undefined) return []
    return [
      {
        kind: "blob",
        what: expected,
        why,
        repair: { type: "remove-blob", digest: expected },
        todo: "--repair removes it, so that a pull fetches it again"
      }
    ]
  })

/** What is wrong with a layer; none when nothing is. */
const layerFault = (
  diffId: Digest,
  placed: boolean,
  quick: boolean
): Effect.Effect<string | undefined, StorageFailure, LayerStore> =>
  Effect.gen(function* () {
    if (!placed) return "its directory is gone"
    if (quick) return undefined
    const layers = yield* LayerStore
    const listing = archiveListing()
    return yield* Effect.gen(function* () {
      const actual = yield* hashOf(
        Stream.map(layers.pack(diffId), (piece) => {
          listing.push(piece)
          return piece
        })
      )
      if (actual !== diffId) return `its files make an archive that hashes to ${actual}`
      return listing.compare(yield* layers.contents(diffId))
    }).pipe(
      Effect.catchTags({
        // Removed since it was listed, or no directory.
        LayerMissing: () =>
          Effect.map(layers.list, (all) =>
            all.some((each) => each.diffId === diffId) ? "its directory is gone" : undefined
          ),
        StorageFailure: ({ cause }) =>
          Effect.succeed(`its files cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`)
      })
    )
  })

const hashOf = <E, R>(bytes: Stream.Stream<Uint8Array, E, R>): Effect.Effect<Digest, E, R> =>
  Effect.suspend(() => {
    const seen = hasher()
    return Effect.map(
      Stream.runForEach(bytes, (piece) => Effect.sync(() => seen.update(piece))),
      () => seen.digest()
    )
  })

const lookAtStrays = (items: ReadonlyArray<DiskItem>): Effect.Effect<ReadonlyArray<Finding>, StorageFailure, Volumes> =>
  Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const volumes = new Set((yield* (yield* Volumes).list).map(({ name }) => name))
    return items.flatMap((item): ReadonlyArray<Finding> => {
      if (item.kind === "stray") {
        return [
          {
            kind: "stray",
            what: item.path,
            why: "nothing in the store knows it",
            repair: { type: "remove-stray", item, foreign: false },
            todo: "--repair removes it"
          }
        ]
      }
      const part = item.kind === "other" ? rootPart(item.path) : undefined
      if (part?.of === "nobody") {
        return [
          {
            kind: "stray",
            what: item.path,
            why: "it lies in gantry's directory and is not gantry's",
            repair: { type: "remove-stray", item, foreign: true },
            todo: "move it elsewhere; --repair --force removes it"
          }
        ]
      }
      if (part?.of !== "volume" || volumes.has(part.id) || item.changedAt > now - inTheMaking) return []
      return [
        {
          kind: "volume",
          what: part.id,
          why: "its files are here and no record of it is",
          repair: { type: "none" },
          todo: `nothing is done to volumes; a container with -v ${part.id}:PATH makes it known again`
        }
      ]
    })
  })
