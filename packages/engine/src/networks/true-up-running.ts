import type { Locks } from "@gantry/core/Locks"
import { Network } from "@gantry/core/network/Network"
import { isLive } from "@gantry/core/runtime/ContainerState"
import { Runtime } from "@gantry/core/runtime/Runtime"
import type { Settings } from "@gantry/core/Settings"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { alone } from "../containers/alone.ts"
import { portsOf } from "../containers/ContainerRecord.ts"
import { Containers } from "../containers/Containers.ts"
import { type TrueUpError, trueUpNetworks } from "./true-up-networks.ts"
import { changingAlone, trueUp } from "./true-up-ports.ts"

/**
 * Brings ports and networks of a container that runs to what is on its record: what is left to do when a change of them
 * was cut short. Nothing happens when it does not run.
 */
export const trueUpRunning = (
  id: string
): Effect.Effect<
  void,
  Exclude<TrueUpError, { readonly _tag: "NotRunning" }> | StorageFailure,
  Containers | Locks | Network | Runtime | Settings
> =>
  Effect.gen(function* () {
    const runtime = yield* Runtime
    const found = yield* Effect.option((yield* Containers).find(id))
    if (Option.isNone(found) || !isLive(yield* runtime.state(id))) return
    const hold = yield* runtime.changePorts(id)
    yield* trueUp(found.value, hold)
    const record = yield* trueUpNetworks(found.value, hold)
    const network = yield* Network
    for (const each of record.attachments) yield* network.unpublish({ ...each, ports: [] })
    yield* hold(portsOf(record))
  }).pipe(
    Effect.scoped,
    // One that has ended meanwhile gives everything back.
    Effect.catchTag("NotRunning", () => Effect.void),
    (body) => changingAlone(id, alone(id, body))
  )
