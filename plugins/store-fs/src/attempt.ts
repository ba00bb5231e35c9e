import { setImmediate } from "node:timers/promises"
import * as Effect from "effect/Effect"
import { type StorageFailure, storageFailure, UnsafePath } from "@gantry/core/store/StoreError"

/** Runs long synchronous work in turns; an interruption ends it at the next one. */
export const attempt = <A>(
  operation: StorageFailure["operation"],
  subject: string,
  work: (breathe: () => Promise<void>) => Promise<A>
): Effect.Effect<A, UnsafePath | StorageFailure> =>
  Effect.tryPromise({
    try: (signal) =>
      work(async () => {
        await setImmediate()
        signal.throwIfAborted()
      }),
    catch: (cause) => (cause instanceof UnsafePath ? cause : storageFailure(operation, subject)(cause))
  })
