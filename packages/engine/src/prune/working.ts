import { randomBytes } from "node:crypto"
import { Locks } from "@gantry/core/Locks"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { holdLock } from "../hold-lock.ts"

const prefix = "work-"

/**
 * Says, as long as the scope is open, that this process makes images or layers since an instant (milliseconds since
 * 1970): nothing that was made or used after it is pruned.
 */
export const working = (since: number): Effect.Effect<void, StorageFailure, Locks | Scope.Scope> =>
  Effect.suspend(() => holdLock(`${prefix}${Math.trunc(since)}-${randomBytes(6).toString("hex")}`))

/** {@link working} from now on. */
export const workingNow: Effect.Effect<void, StorageFailure, Locks | Scope.Scope> = Effect.flatMap(
  Clock.currentTimeMillis,
  working
)

/** When the oldest work began that goes on now; none when there is none. */
export const workingSince: Effect.Effect<number | undefined, StorageFailure, Locks> = Effect.gen(function* () {
  const held = yield* (yield* Locks).held(prefix)
  const times = held.map((name) => Number(name.slice(prefix.length).split("-")[0]))
  return times.length === 0 ? undefined : Math.min(...times)
})
