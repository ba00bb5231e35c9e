import { existsSync, rmSync, statSync } from "node:fs"
import { join } from "node:path"
import type { Locks } from "@gantry/core/Locks"
import { isLive } from "@gantry/core/runtime/ContainerState"
import { type Attachment, Network } from "@gantry/core/network/Network"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { Settings } from "@gantry/core/Settings"
import { LayerStore } from "@gantry/core/store/LayerStore"
import { type StorageFailure, storageFailure } from "@gantry/core/store/StoreError"
import type { NetworkRefused } from "@gantry/core/network/NetworkError"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { containerEvent, linkEvent, mountEvents } from "../events/actors.ts"
import { record as tell } from "../events/Journal.ts"
import { Images } from "../images/Images.ts"
import { sharedWith } from "../networks/NetworkWish.ts"
import { phase } from "../phase.ts"
import { removeUnusedVolume } from "../volumes/hold-volumes.ts"
import { Volumes } from "../volumes/Volumes.ts"
import { alone } from "./alone.ts"
import { lostExit } from "./session.ts"
import type { ContainerRecord } from "./ContainerRecord.ts"
import { Containers } from "./Containers.ts"
import { directoryOf } from "./directory-of.ts"
import { discardTrees } from "./image-mounts.ts"

/** What giving back and taking away need. */
export type SettleServices = Containers | Images | LayerStore | Locks | Network | Runtime | Settings | Volumes

/** A container as it is on record now; none when somebody else has removed it. */
export const known = (id: string): Effect.Effect<Option.Option<ContainerRecord>, StorageFailure, Containers> =>
  Effect.flatMap(Containers, (containers) =>
    containers.find(id).pipe(
      Effect.map(Option.some),
      Effect.catchTags({
        NoSuchContainer: () => Effect.succeed(Option.none()),
        AmbiguousId: () => Effect.succeed(Option.none())
      })
    )
  )

/** Gives back the networks of a container that no longer runs. Safe to call twice, and from any process. */
export const release = ({
  id,
  mounts
}: Pick<ContainerRecord, "id" | "mounts">): Effect.Effect<
  void,
  NetworkRefused | StorageFailure,
  Network | Containers
> =>
  Effect.gen(function* () {
    const containers = yield* Containers
    // Asked of the database, not of a record read earlier: a start may have come between.
    const attachments = yield* containers.attachmentsOf(id)
    if (attachments.length === 0) return
    const network = yield* Network
    for (const each of attachments) yield* network.detach(each)
    let gone: ReadonlyArray<Attachment> = []
    // A network that was joined meanwhile is not given back, and so stays written down.
    yield* containers.attach(id, (held) => {
      gone = held.filter(({ network: kept }) => attachments.some((each) => each.network === kept))
      return held.filter((each) => !gone.includes(each))
    })
    // Told by the one whose change it was, whoever else gave back at the same time.
    for (const each of gone) if (sharedWith(each.network) === undefined) yield* tell(linkEvent("disconnect", each))
    if (gone.length > 0) for (const each of mountEvents("unmount", { id, mounts })) yield* tell(each)
  })

/**
 * Gives back what a container holds of networks that is not on its record: a start or a `network connect` was killed
 * between the two. Nobody could find whose it is once the container is gone.
 */
const releaseUnwritten = (id: string): Effect.Effect<void, NetworkRefused, Network> =>
  Effect.gen(function* () {
    const network = yield* Network
    for (const each of yield* network.attached) if (each.container === id) yield* network.detach(each)
  })

/** {@link dismantleHeld}, alone with the container. Nothing happens when somebody else has removed it meanwhile. */
export const dismantle = (
  record: ContainerRecord,
  options: { readonly volumes: boolean }
): Effect.Effect<void, NetworkRefused | StorageFailure, SettleServices> =>
  alone(
    record.id,
    Effect.flatMap(known(record.id), (now) => (Option.isSome(now) ? dismantleHeld(now.value, options) : Effect.void))
  )

/**
 * Takes away all a container has: its processes, its network, its tree, its files, its anonymous volumes, and its
 * record last, so that an interruption leaves a container that can be removed again. For who is {@link alone} with it.
 */
export const dismantleHeld = (
  record: ContainerRecord,
  { volumes: withVolumes }: { readonly volumes: boolean }
): Effect.Effect<void, NetworkRefused | StorageFailure, SettleServices> =>
  Effect.gen(function* () {
    const { root } = yield* Settings
    yield* (yield* Containers).amend(record.id, (now) => ({ ...now, removing: { volumes: withVolumes } }))
    yield* keepLogOf(record, directoryOf(root, record.id))
    yield* (yield* Runtime).remove(record.id)
    yield* release(record)
    yield* releaseUnwritten(record.id)
    // In this order: a container without a directory can still be started, one without a tree cannot.
    yield* Effect.try({
      try: () => rmSync(directoryOf(root, record.id), { recursive: true, force: true }),
      catch: storageFailure("remove", `container ${record.name}`)
    })
    yield* discardTrees(record.mounts)
    yield* (yield* LayerStore).discard({ id: record.id })
    yield* (yield* Containers).forget(record.id)
    yield* tell(containerEvent(record, "destroy"))
    const volumes = yield* Volumes
    const now = yield* Clock.currentTimeMillis
    if (record.image !== "") yield* (yield* Images).touch(record.image, now)
    yield* volumes.touch(
      record.mounts.flatMap(({ anonymous, name, type }) => (type === "volume" && !anonymous ? [name] : [])),
      now
    )
    const anonymous = record.mounts.filter((mount) => mount.type === "volume" && mount.anonymous)
    if (!withVolumes || anonymous.length === 0) return
    // Another container may have them from this one.
    for (const { name } of anonymous) yield* removeUnusedVolume(name)
  })

/** Keeps what a container wrote that is about to be removed. Whatever stands in the way, the removal goes on. */
const keepLogOf = (record: ContainerRecord, directory: string): Effect.Effect<void, never, Settings> =>
  Effect.gen(function* () {
    const newest = statSync(join(directory, "log.json"), { throwIfNoEntry: false })
    if (newest === undefined || (newest.size === 0 && !existsSync(join(directory, "log.json.1")))) return
    const { root } = yield* Settings
    const { keepLog } = yield* Effect.promise(() => import("../autopsies/kept-logs.ts"))
    const now = yield* Clock.currentTimeMillis
    yield* Effect.try(() => keepLog(root, record, directory, now))
  }).pipe(Effect.ignoreLogged)

/**
 * Brings the record of a container that stopped, or whose supervisor was killed, to the truth: network given back,
 * and the whole container removed when it was made with `--rm`. Nothing happens while it runs.
 */
export const settle = (record: ContainerRecord): Effect.Effect<void, NetworkRefused | StorageFailure, SettleServices> =>
  alone(record.id, settleHeld(record))

/** {@link settle} for who is {@link alone} with the container. */
export const settleHeld = (
  record: ContainerRecord
): Effect.Effect<void, NetworkRefused | StorageFailure, SettleServices> =>
  Effect.gen(function* () {
    const state = yield* (yield* Runtime).state(record.id)
    if (isLive(state)) return
    const now = Option.getOrUndefined(yield* known(record.id))
    if (now === undefined) return
    // Its supervisor cannot tell any more.
    if (state.status === "lost" && now.attachments.length > 0) {
      yield* tell(containerEvent(now, "die", { exitCode: String(lostExit.code) }))
    }
    if (record.options.autoRemove && state.status !== "created") {
      // Loaded here: few containers are removed by themselves after a failure.
      const well = state.status === "exited" && state.exit.code === 0 && now.options.health === undefined
      if (!well) {
        const { keepAutopsy } = yield* Effect.promise(() => import("../autopsies/keep-autopsy.ts"))
        yield* keepAutopsy(now, state)
      }
      return yield* dismantleHeld(now, { volumes: true })
    }
    yield* release(now)
  })

/** {@link settle} at the end of a verb that has its result already: what cannot be given back now is said, and left to {@link reconcile}. */
export const settleOrWarn = (record: ContainerRecord): Effect.Effect<void, never, SettleServices> =>
  Effect.catchAll(settle(record).pipe(phase("settle")), (failure) =>
    Effect.logWarning(`container ${record.name} could not be cleaned up yet: ${failure.message}`)
  )

/**
 * Settles every container that still holds a network but no longer runs, and gives back what containers hold that are
 * not on record, or that is not on theirs: what a crash or a kill left.
 */
export const reconcile: Effect.Effect<void, NetworkRefused | StorageFailure, SettleServices> = Effect.gen(function* () {
  const network = yield* Network
  const attached = yield* network.attached
  const records = yield* (yield* Containers).list
  for (const record of records) if (record.attachments.length > 0) yield* settle(record)
  const isWritten = ({ attachments }: Pick<ContainerRecord, "attachments">, name: string) =>
    attachments.some((each) => each.network === name)
  for (const each of attached) {
    const record = records.find(({ id }) => id === each.container)
    if (record !== undefined && isWritten(record, each.network)) continue
    // Alone: a start writes down what it holds a moment after it has it.
    yield* alone(
      each.container,
      Effect.gen(function* () {
        const now = yield* known(each.container)
        if (Option.isSome(now) && isWritten(now.value, each.network)) return
        yield* network.detach(each)
      })
    )
  }
})
