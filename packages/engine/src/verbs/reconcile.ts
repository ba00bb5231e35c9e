import { type ContainerState, isLive } from "@gantry/core/runtime/ContainerState"
import type { Network } from "@gantry/core/network/Network"
import type { NetworkRefused } from "@gantry/core/network/NetworkError"
import { Runtime } from "@gantry/core/runtime/Runtime"
import type { Settings } from "@gantry/core/Settings"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import { sweepAll } from "../check/sweep-all.ts"
import type { ContainerRecord } from "../containers/ContainerRecord.ts"
import { Containers } from "../containers/Containers.ts"
import { reconcile, settle } from "../containers/settle.ts"
import type { SnapshotServices } from "../prune/take-snapshot.ts"
import { neededBy } from "../containers/joined-namespaces.ts"
import { start, type StartError } from "./start.ts"

/** What was found and done, by names of containers. */
export interface Reconciliation {
  /** They had ended without anybody there to give back what they held, and stay. */
  readonly settled: ReadonlyArray<string>
  /** The same, made with `--rm`. */
  readonly removed: ReadonlyArray<string>
  readonly started: ReadonlyArray<string>
  readonly failed: ReadonlyArray<{ readonly name: string; readonly error: StartError }>
  /** What else went, as sentences without a full stop. */
  readonly notes: ReadonlyArray<string>
}

/**
 * Whether a container that does not run is to be started again after a reboot: with `always` in any case once it was
 * started, with `unless-stopped` unless it was stopped. Docker's rules; `on-failure` is for failures, not for reboots.
 */
export const shouldRun = ({ options }: Pick<ContainerRecord, "options">, state: ContainerState): boolean => {
  if (isLive(state) || state.status === "created") return false
  switch (options.restart?.policy) {
    case "always":
      return true
    case "unless-stopped":
      return state.status === "lost" || (state.status === "exited" && state.stoodDown !== true)
    default:
      return false
  }
}

/**
 * Brings what is on record to the truth after a reboot or a crash: containers that ended with their supervisor give
 * back networks, ports and links, those of `--rm` go, and what killed processes left goes. What runs is not touched.
 *
 * `start`: starts what should run again; one that cannot be started keeps no other from it. `dryRun`: only tells.
 */
export const reconcileAll = (wish: {
  readonly start: boolean
  readonly dryRun: boolean
}): Effect.Effect<Reconciliation, NetworkRefused | StorageFailure, SnapshotServices | Network | Settings> =>
  Effect.gen(function* () {
    const runtime = yield* Runtime
    const records = yield* (yield* Containers).list
    const ended: Array<ContainerRecord> = []
    const wanted: Array<ContainerRecord> = []
    for (const record of records) {
      const state = yield* runtime.state(record.id)
      if (isLive(state) || record.removing !== undefined) continue
      const goes = record.options.autoRemove && state.status !== "created"
      if (goes || record.attachments.length > 0) ended.push(record)
      if (wish.start && !goes && shouldRun(record, state)) wanted.push(record)
    }
    const notes = wish.dryRun ? [] : yield* putRight(ended)
    const started: Array<string> = []
    const failed: Array<Reconciliation["failed"][number]> = []
    // One that shares something of another one comes after that.
    const sharing = wanted.filter((record) => neededBy(record).length > 0)
    for (const record of [...wanted.filter((each) => !sharing.includes(each)), ...sharing]) {
      const outcome = yield* Effect.either(wish.dryRun ? Effect.void : Effect.scoped(start(record, { stays: false })))
      if (outcome._tag === "Right") started.push(record.name)
      else failed.push({ name: record.name, error: outcome.left })
    }
    const named = (gone: boolean) => ended.filter(({ options }) => options.autoRemove === gone).map(({ name }) => name)
    return { settled: named(false), removed: named(true), started, failed, notes }
  })

const putRight = (ended: ReadonlyArray<ContainerRecord>) =>
  Effect.gen(function* () {
    for (const record of ended) yield* settle(record)
    // And what containers hold that nobody knows any more.
    yield* reconcile
    return yield* sweepAll
  })
