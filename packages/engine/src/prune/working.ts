import { randomBytes } from "node:crypto"
import { Locks } from "@gantry/core/Locks"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

const prefix = "work-"

/**
 * Says, as long as the scope is open, that this process makes images or layers since an instant (milliseconds since
 * 1970): nothing that was made or used after it is pruned.
 */
export const working = (since: number): Effect.Effect<void, StorageFailure, Locks | Scope.Scope> =>
  Effect.gen(function* () {
    const locks = yield* Locks
    const taken = yield* Deferred.make<void, StorageFailure>()
    const name = `${prefix}${Math.trunc(since)}-${randomBytes(6).toString("hex")}`
    yield* locks.withLock(name, Effect.zipRight(Deferred.succeed(taken, undefined), Effect.never)).pipe(
      Effect.catchAll((failure) => Deferred.fail(taken, failure)),
      Effect.forkScoped
    )
    yield* Deferred.await(taken)
  })

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
