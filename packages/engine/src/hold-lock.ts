import { Locks } from "@gantry/core/Locks"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

/** Takes a lock, waiting as long as it takes, and keeps it until the scope is closed. */
export const holdLock = (name: string): Effect.Effect<void, StorageFailure, Locks | Scope.Scope> =>
  Effect.gen(function* () {
    const locks = yield* Locks
    const taken = yield* Deferred.make<void, StorageFailure>()
    yield* locks.withLock(name, Effect.zipRight(Deferred.succeed(taken, undefined), Effect.never)).pipe(
      Effect.catchAll((failure) => Deferred.fail(taken, failure)),
      Effect.forkScoped
    )
    yield* Deferred.await(taken)
  })
