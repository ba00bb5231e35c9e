import { Locks } from "@gantry/core/Locks"
import { Network } from "@gantry/core/network/Network"
import type { NetworkRefused } from "@gantry/core/network/NetworkError"
import type { IsolationRefused, NotRunning } from "@gantry/core/runtime/RuntimeError"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import { type ContainerRecord, portsOf } from "../containers/ContainerRecord.ts"
import { samePort } from "./match-ports.ts"

/** Does something while nobody else changes the ports or the networks of a container. */
export const changingAlone = <A, E, R>(
  id: string,
  change: Effect.Effect<A, E, R>
): Effect.Effect<A, E | StorageFailure, R | Locks> =>
  Effect.flatMap(Locks, (locks) => locks.withLock(`ports-${id}`, change))

/** Makes a running container answer on exactly these ports, leading to those addresses when they are others. */
export type Hold = (
  ports: ReturnType<typeof portsOf>,
  addresses?: ReadonlyArray<string>
) => Effect.Effect<void, IsolationRefused | NotRunning>

/**
 * Takes back ports that a container has without their being on its record, and lets it answer on those that are. A
 * change of ports writes an added port down last and a removed one off first, so that one which was cut short is undone
 * or finished by this. For whoever has the lock.
 */
export const trueUp = (
  record: Pick<ContainerRecord, "id" | "attachments">,
  hold: Hold
): Effect.Effect<void, IsolationRefused | NetworkRefused | NotRunning, Network> =>
  Effect.gen(function* () {
    const network = yield* Network
    const known = portsOf(record)
    let right = true
    for (const each of yield* network.attached) {
      if (each.container !== record.id) continue
      const ports = each.ports.filter((port) => !known.some((one) => samePort(one, port)))
      if (ports.length === 0) continue
      right = false
      yield* network.unpublish({ ...each, ports })
    }
    if (!right) yield* hold(known)
  })
