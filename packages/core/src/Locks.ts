import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { StorageFailure } from "./store/StoreError.ts"

/**
 * One at a time, among all processes that share a store: so that a layer is fetched once and a step is run once.
 *
 * A lock is given back when its holder ends, however it ends. Locks do not nest under the same name.
 */
export interface LocksShape {
  /**
   * Runs the effect while nobody else holds the name. Waits as long as it takes; interruption ends the wait.
   *
   * `name`: letters, digits, `-`, `_`, `.`.
   */
  readonly withLock: <A, E, R>(name: string, effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E | StorageFailure, R>
  /** Names that somebody holds now and that begin like this, sorted. Forgets those whose holders were killed. */
  readonly held: (prefix: string) => Effect.Effect<ReadonlyArray<string>, StorageFailure>
}

/** The service tag of {@link LocksShape}. */
export class Locks extends Context.Tag("@gantry/core/Locks")<Locks, LocksShape>() {}
