import { type StorageFailure, storageFailure } from "@gantry/core/store/StoreError"
import type { TreeChange } from "@gantry/core/tree/TreeEntry"
import { inTurns, type Turns } from "@gantry/core/turns"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { Guard, Leak } from "./guard.ts"

/** Everything that a guard finds in changes. Others have their turn while long files are read. */
export const findIn = (
  changes: Iterable<TreeChange>,
  guard: Guard
): Effect.Effect<ReadonlyArray<Leak>, StorageFailure> => Effect.flatten(inTurns(() => attempt(changes, guard)))

function* attempt(
  changes: Iterable<TreeChange>,
  guard: Guard
): Turns<Either.Either<ReadonlyArray<Leak>, StorageFailure>> {
  try {
    return Either.right(yield* guard.inChanges(changes))
  } catch (cause) {
    return Either.left(storageFailure("read", "the files of a step")(cause))
  }
}
