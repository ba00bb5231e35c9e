import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"

/** What kernels say of files that will be no better the next time: a disk that fails, something else than a file. */
const lasting = new Set(["EBADMSG", "EIO", "EISDIR", "ELOOP", "ENODATA", "ENOTDIR", "EUCLEAN"])

/**
 * Why something cannot be read, when that will stay so: no reason not to look at everything else. What may be another
 * time, such as too many open files, stays a failure, since a repair would forget what is whole.
 */
export const unreadable = (failure: StorageFailure): Effect.Effect<string, StorageFailure> => {
  const { cause } = failure
  if (!(cause instanceof Error)) return Effect.fail(failure)
  const code = "code" in cause ? cause.code : undefined
  return typeof code === "string" && lasting.has(code)
    ? Effect.succeed(`it cannot be read: ${cause.message}`)
    : Effect.fail(failure)
}
