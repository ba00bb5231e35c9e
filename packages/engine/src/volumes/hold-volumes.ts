import { createHash } from "node:crypto"
import { Locks } from "@gantry/core/Locks"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { ContainerRecord } from "../containers/ContainerRecord.ts"
import { Containers } from "../containers/Containers.ts"
import { holdLock } from "../hold-lock.ts"
import { Volumes } from "./Volumes.ts"

/** A name of a lock is shorter than that of a volume may be. */
const lockOf = (name: string): string => `volume-${createHash("sha256").update(name).digest("hex").slice(0, 32)}`

/**
 * Keeps volumes from being removed, and from being filled by somebody else, until the scope is closed: from before a
 * container that is being made finds them until it is on record.
 */
export const holdVolumes = (names: ReadonlyArray<string>): Effect.Effect<void, StorageFailure, Locks | Scope.Scope> =>
  // In order, so that no two wait for each other.
  Effect.forEach([...new Set(names)].toSorted(), (name) => holdLock(lockOf(name)), { discard: true })

/**
 * Removes volumes that were made for containers whose makers were killed before these were on record. Those whose maker
 * still lives are held.
 */
export const removeAbandonedVolumes: Effect.Effect<void, StorageFailure, Containers | Locks | Volumes> = Effect.gen(
  function* () {
    const volumes = yield* Volumes
    const names = yield* volumes.unclaimed
    const held = new Set(yield* (yield* Locks).held("volume-"))
    for (const name of names) if (!held.has(lockOf(name))) yield* removeUnusedVolume(name)
  }
)

/** Removes a volume that no container mounts, running or not. Returns those that do, and it stays then. */
export const removeUnusedVolume = (
  name: string
): Effect.Effect<ReadonlyArray<Pick<ContainerRecord, "id" | "name">>, StorageFailure, Containers | Locks | Volumes> =>
  Effect.flatMap(Locks, ({ withLock }) =>
    withLock(
      lockOf(name),
      Effect.gen(function* () {
        const users = yield* (yield* Containers).ofVolume(name)
        if (users.length === 0) yield* (yield* Volumes).remove(name)
        return users
      })
    )
  )
