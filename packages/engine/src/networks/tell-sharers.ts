import { isLive } from "@gantry/core/runtime/ContainerState"
import { Runtime } from "@gantry/core/runtime/Runtime"
import type { Settings } from "@gantry/core/Settings"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import { connect } from "../containers/connect.ts"
import type { ContainerRecord } from "../containers/ContainerRecord.ts"
import { Containers } from "../containers/Containers.ts"
import { hostNames } from "../containers/host-names.ts"
import { sharedNetwork, sharerOf } from "./shared-network.ts"

/** Containers that share the network of this one, also one through the other. Pure. */
export const sharersOf = (id: string, records: ReadonlyArray<ContainerRecord>): ReadonlyArray<ContainerRecord> => {
  const near = records.filter((each) => sharerOf(each) === id)
  // One names another that is older than itself, so that this comes to an end.
  return near.flatMap((each) => [each, ...sharersOf(each.id, records)])
}

/**
 * Has the hosts and resolv.conf files of running containers that share this one's network say what its own say now. One
 * that ends meanwhile needs none, and is given the right ones when it is started again.
 */
export const tellSharers = (id: string): Effect.Effect<void, StorageFailure, Containers | Runtime | Settings> =>
  Effect.gen(function* () {
    const runtime = yield* Runtime
    const host = yield* hostNames
    const tell = (record: ContainerRecord) =>
      Effect.gen(function* () {
        if (!isLive(yield* runtime.state(record.id))) return
        const shared = yield* sharedNetwork(record)
        const spec = connect(record, record.attachments, host)
        yield* runtime.rewire(shared === undefined ? spec : shared.withIts(spec), undefined)
      })
    const records = yield* (yield* Containers).list
    for (const each of sharersOf(id, records)) yield* Effect.ignore(tell(each))
  })
