import { Locks } from "@gantry/core/Locks"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"

/**
 * Does something while no other process starts, settles, pauses, changes or removes that container: who looks how it
 * fares and acts on what it saw must not be overtaken. Does not nest, and nobody who holds one container waits for
 * another, so that two can never wait for each other. Given back when the holder ends, however it ends.
 */
export const alone = <A, E, R>(
  id: string,
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E | StorageFailure, R | Locks> =>
  Effect.flatMap(Locks, (locks) => locks.withLock(`container-${id}`, effect))
