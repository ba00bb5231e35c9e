import { type StorageFailure, storageFailure } from "@gantry/core/store/StoreError"
import type { TreeChange } from "@gantry/core/tree/TreeEntry"
import { tryInTurns } from "@gantry/core/turns"
import type * as Effect from "effect/Effect"
import type { Guard, Leak } from "./guard.ts"

/** Everything that a guard finds in changes. Others have their turn while long files are read. */
export const findIn = (
  changes: Iterable<TreeChange>,
  guard: Guard
): Effect.Effect<ReadonlyArray<Leak>, StorageFailure> =>
  tryInTurns(() => guard.inChanges(changes), storageFailure("read", "the files of a step"))
