import { rmSync } from "node:fs"
import { join } from "node:path"
import { isLive } from "@gantry/core/runtime/ContainerState"
import { type Attachment, Network } from "@gantry/core/network/Network"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { Settings } from "@gantry/core/Settings"
import { LayerStore } from "@gantry/core/store/LayerStore"
import { type StorageFailure, storageFailure } from "@gantry/core/store/StoreError"
import type { NetworkRefused } from "@gantry/core/network/NetworkError"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { containerEvent, linkEvent, mountEvents } from "../events/actors.ts"
import { record as tell } from "../events/Journal.ts"
import { Images } from "../images/Images.ts"
import { phase } from "../phase.ts"
import { Volumes } from "../volumes/Volumes.ts"
import { lostExit } from "./session.ts"
import type { ContainerRecord } from "./ContainerRecord.ts"
import { Containers } from "./Containers.ts"

/** The directory of a container's own files: state, log, job. */
export const directoryOf = (root: string, id: string): string => join(root, "containers", id)

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
    for (const each of gone) yield* tell(linkEvent("disconnect", each))
    if (gone.length > 0) for (const each of mountEvents("unmount", { id, mounts })) yield* tell(each)
  })

/**
 * Takes away all a container has: its processes, its network, its tree, its files, its anonymous volumes, and its
 * record last, so that an interruption leaves a container that can be removed again.
 */
export const dismantle = (
  record: ContainerRecord,
  { volumes: withVolumes }: { readonly volumes: boolean }
): Effect.Effect<
  void,
  NetworkRefused | StorageFailure,
  Network | Containers | Images | Runtime | LayerStore | Volumes | Settings
> =>
  Effect.gen(function* () {
    const { root } = yield* Settings
    yield* (yield* Containers).amend(record.id, (known) => ({ ...known, removing: { volumes: withVolumes } }))
    yield* (yield* Runtime).remove(record.id)
    yield* release(record)
    // In this order: a container without a directory can still be started, one without a tree cannot.
    yield* Effect.try({
      try: () => rmSync(directoryOf(root, record.id), { recursive: true, force: true }),
      catch: storageFailure("remove", `container ${record.name}`)
    })
    yield* (yield* LayerStore).discard({ id: record.id })
    yield* (yield* Containers).forget(record.id)
    yield* tell(containerEvent(record, "destroy"))
    const volumes = yield* Volumes
    const now = yield* Clock.currentTimeMillis
    yield* (yield* Images).touch(record.image, now)
    yield* volumes.touch(
      record.mounts.flatMap(({ anonymous, name, type }) => (type === "volume" && !anonymous ? [name] : [])),
      now
    )
    const anonymous = record.mounts.filter((mount) => mount.type === "volume" && mount.anonymous)
    if (!withVolumes || anonymous.length === 0) return
    // Another container may have them from this one.
    const used = new Set((yield* (yield* Containers).list).flatMap(({ mounts }) => mounts.map(({ name }) => name)))
    for (const { name } of anonymous) if (!used.has(name)) yield* volumes.remove(name)
  })

/**
 * Brings the record of a container that stopped, or whose supervisor was killed, to the truth: network given back,
 * and the whole container removed when it was made with `--rm`. Nothing happens while it runs.
 */
export const settle = (
  record: ContainerRecord
): Effect.Effect<
  void,
  NetworkRefused | StorageFailure,
  Network | Containers | Images | Runtime | LayerStore | Volumes | Settings
> =>
  Effect.gen(function* () {
    const state = yield* (yield* Runtime).state(record.id)
    if (isLive(state)) return
    // Its supervisor cannot tell any more.
    if (state.status === "lost" && record.attachments.length > 0) {
      yield* tell(containerEvent(record, "die", { exitCode: String(lostExit.code) }))
    }
    if (record.options.autoRemove && state.status !== "created") {
      // Loaded here: few containers are removed by themselves after a failure.
      const well = state.status === "exited" && state.exit.code === 0 && record.options.health === undefined
      if (!well) {
        const { keepAutopsy } = yield* Effect.promise(() => import("../autopsies/keep-autopsy.ts"))
        yield* keepAutopsy(record, state)
      }
      return yield* dismantle(record, { volumes: true })
    }
    yield* release(record)
  })

/** {@link settle} at the end of a verb that has its result already: what cannot be given back now is said, and left to {@link reconcile}. */
export const settleOrWarn = (
  record: ContainerRecord
): Effect.Effect<void, never, Network | Containers | Images | Runtime | LayerStore | Volumes | Settings> =>
  Effect.catchAll(settle(record).pipe(phase("settle")), (failure) =>
    Effect.logWarning(`container ${record.name} could not be cleaned up yet: ${failure.message}`)
  )

/**
 * Settles every container that still holds a network but no longer runs, and gives back what containers hold that are
 * not on record: what a crash or a kill left.
 */
export const reconcile: Effect.Effect<
  void,
  NetworkRefused | StorageFailure,
  Network | Containers | Images | Runtime | LayerStore | Volumes | Settings
> = Effect.gen(function* () {
  const network = yield* Network
  const attached = yield* network.attached
  const records = yield* (yield* Containers).list
  for (const record of records) if (record.attachments.length > 0) yield* settle(record)
  // Asked for after the attachments, so that a container that is being started is on record by now.
  for (const each of attached) {
    if (!records.some(({ id }) => id === each.container)) yield* network.detach(each)
  }
})
