import { type Digest, hexOf } from "@gantry/core/image/Digest"
import { Locks } from "@gantry/core/Locks"
import { isBuiltIn, Network } from "@gantry/core/network/Network"
import type { NetworkRefused } from "@gantry/core/network/NetworkError"
import { BlobStore } from "@gantry/core/store/BlobStore"
import { BuildCache } from "@gantry/core/store/BuildCache"
import { Disk } from "@gantry/core/store/Disk"
import { LayerStore } from "@gantry/core/store/LayerStore"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as CacheMount from "../cache-mounts/CacheMount.ts"
import { Containers } from "../containers/Containers.ts"
import { record as tell } from "../events/Journal.ts"
import { Images } from "../images/Images.ts"
import { remove as removeContainer } from "../verbs/remove.ts"
import { removeUnusedVolume } from "../volumes/hold-volumes.ts"
import { bytesOf, identityOf, type Plan, type PruneWish, type Removal } from "./PrunePlan.ts"
import { needed, plan } from "./plan.ts"
import { imageBlobs, type SnapshotServices, takeSnapshot } from "./take-snapshot.ts"

/** What carrying out a plan needs. */
export type PruneServices = SnapshotServices | Network

/** What would go now, and what would stay. */
export const planPrune = (
  wish: PruneWish
): Effect.Effect<Plan, NetworkRefused | StorageFailure, SnapshotServices | Network> =>
  Effect.gen(function* () {
    // Before the containers: one that is made meanwhile is seen with its network, or the network is not.
    const networks = wish.networks === true ? yield* (yield* Network).list : []
    const { snapshot } = yield* takeSnapshot
    return plan({ ...snapshot, networks: networks.filter(({ name }) => !isBuiltIn(name)) }, wish)
  })

/**
 * Removes what a plan lists and nothing else. Returns what went, in order.
 *
 * `wish`: when people were asked in between, all is looked at again, and what may no longer go stays.
 */
export const carryOut = (
  { remove }: Plan,
  wish?: PruneWish
): Effect.Effect<ReadonlyArray<Removal>, NetworkRefused | StorageFailure, PruneServices> =>
  Effect.gen(function* () {
    const still = wish === undefined ? undefined : new Set((yield* planPrune(wish)).remove.map(identityOf))
    const wanted = remove.filter((each) => still === undefined || still.has(identityOf(each)))
    const gone: Array<Removal> = []
    // Containers go before their networks.
    for (const each of wanted) if (!isStored(each) && !isNetwork(each) && (yield* removeOne(each))) gone.push(each)
    gone.push(...(yield* removeNetworks(wanted.filter(isNetwork))))
    // An image that was made or given a name since then keeps what it needs, whatever the plan says.
    const needs = yield* neededNow
    for (const each of wanted) {
      if (isStored(each) && !needs[each.kind].has(each.digest) && (yield* removeOne(each))) gone.push(each)
    }
    yield* tellOf(wanted, gone)
    return gone
  })

/** One event for each kind that was asked for and found, as Docker has it. */
const tellOf = (wanted: ReadonlyArray<Removal>, gone: ReadonlyArray<Removal>): Effect.Effect<void> =>
  Effect.forEach(
    ["container", "image", "network", "volume", "builder"] as const,
    (type) => {
      const isOf = ({ kind }: Removal) => (type === "builder" ? kind.startsWith("cache") : kind === type)
      if (!wanted.some(isOf)) return Effect.void
      return tell({
        type,
        action: "prune",
        id: "",
        attributes: { reclaimed: String(bytesOf(gone.filter(isOf))) }
      })
    },
    { discard: true }
  )

type NetworkRemoval = Removal & { readonly kind: "network" }

const isNetwork = (removal: Removal): removal is NetworkRemoval => removal.kind === "network"

const isStored = (removal: Removal): removal is Removal & { readonly kind: "layer" | "blob" } =>
  removal.kind === "layer" || removal.kind === "blob"

/** Layers and blobs that something needs now. */
export const neededNow: Effect.Effect<
  { readonly layer: ReadonlySet<Digest>; readonly blob: ReadonlySet<Digest> },
  StorageFailure,
  BlobStore | BuildCache | Images | LayerStore
> = Effect.gen(function* () {
  const cache = yield* (yield* BuildCache).list
  const trees = yield* (yield* LayerStore).trees
  const images = yield* Effect.forEach(yield* (yield* Images).list, (image) =>
    Effect.map(imageBlobs(image), (blobs) => ({ stack: image.stack, blobs }))
  )
  return { layer: needed("layer", images, cache, trees), blob: needed("blob", images, cache, trees) }
})

/** Removes networks, but those that were removed, or to which a container was attached, since the plan was made. */
const removeNetworks = (
  removals: ReadonlyArray<NetworkRemoval>
): Effect.Effect<ReadonlyArray<NetworkRemoval>, NetworkRefused, Network> =>
  Effect.gen(function* () {
    const { remove, removeUnused } = yield* Network
    if (removals.length > 0 && removeUnused !== undefined) {
      const gone = new Set(yield* removeUnused(removals.map(({ name }) => name)))
      return removals.filter(({ name }) => gone.has(name))
    }
    return yield* Effect.filter(removals, ({ name }) =>
      remove(name).pipe(
        Effect.as(true),
        Effect.catchTags({
          NetworkMissing: () => Effect.succeed(false),
          NetworkRefused: ({ message }) => Effect.as(Effect.logWarning(message), false)
        })
      )
    )
  })

/** Removes one thing, unless somebody has begun to use it. Returns whether it went. */
const removeOne = (
  removal: Exclude<Removal, NetworkRemoval>
): Effect.Effect<boolean, NetworkRefused | StorageFailure, PruneServices> =>
  Effect.gen(function* () {
    switch (removal.kind) {
      case "container":
        return yield* removeContainer(removal, { force: false, volumes: false }).pipe(
          Effect.as(true),
          // It was started, or removed, since the plan was made.
          Effect.catchTags({
            NoSuchContainer: () => Effect.succeed(false),
            WrongState: () => Effect.succeed(false)
          })
        )
      case "volume":
        return (yield* removeUnusedVolume(removal.name)).length === 0
      case "image": {
        if ((yield* (yield* Containers).ofImage(removal.id)).length > 0) return false
        return yield* (yield* Images).forget(removal.id, { ifNamed: removal.names })
      }
      case "cache":
        yield* (yield* BuildCache).evict(removal.key, {
          at: yield* Clock.currentTimeMillis,
          rule: removal.rule,
          bytes: removal.frees
        })
        return true
      case "cache-mount":
        return yield* CacheMount.remove(removal.name)
      case "layer":
        return yield* (yield* LayerStore).remove(removal.digest).pipe(
          Effect.as(true),
          Effect.catchTag("LayerInUse", () => Effect.succeed(false))
        )
      case "blob":
        yield* (yield* BlobStore).remove(removal.digest)
        return true
      case "partial": {
        const locks = yield* Locks
        const name = `blob-${hexOf(removal.digest)}`
        if ((yield* locks.held(name)).length > 0) return false
        yield* locks.withLock(name, (yield* Disk).remove(removal))
        return true
      }
    }
  })
