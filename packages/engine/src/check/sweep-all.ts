import { rmdirSync } from "node:fs"
import { join } from "node:path"
import { Locks } from "@gantry/core/Locks"
import type { Network } from "@gantry/core/network/Network"
import type { NetworkRefused } from "@gantry/core/network/NetworkError"
import { Settings } from "@gantry/core/Settings"
import { Disk } from "@gantry/core/store/Disk"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { Containers } from "../containers/Containers.ts"
import { dismantle } from "../containers/settle.ts"
import { Images } from "../images/Images.ts"
import type { SnapshotServices } from "../prune/take-snapshot.ts"
import { dividedNames, rootPart } from "../root-names.ts"
import { sweepSteps } from "../steps/sweep-steps.ts"
import { removeAbandonedVolumes } from "../volumes/hold-volumes.ts"
import { Volumes } from "../volumes/Volumes.ts"

/** Milliseconds for which what has no record yet may be in the making. */
export const inTheMaking = 10 * 60 * 1000

/**
 * Takes away what processes left that were killed: drafts, halves of layers and volumes, locks, directories and anonymous
 * volumes of containers that never came to be, and containers whose removal was cut short. What lives or was kept is not touched.
 * Returns what went and people may have known, as sentences without a full stop.
 */
export const sweepAll: Effect.Effect<
  ReadonlyArray<string>,
  NetworkRefused | StorageFailure,
  SnapshotServices | Network | Settings
> = Effect.gen(function* () {
  const { root } = yield* Settings
  const disk = yield* Disk
  const notes: Array<string> = []
  yield* sweepSteps
  yield* (yield* Images).settleIndex
  yield* (yield* Locks).held("")
  yield* removeAbandonedVolumes
  const items = yield* disk.survey(dividedNames)
  const now = yield* Clock.currentTimeMillis
  const containers = yield* (yield* Containers).list
  const volumes = new Set((yield* (yield* Volumes).list).map(({ name }) => name))
  for (const item of items) {
    const part = item.kind === "other" ? rootPart(item.path) : undefined
    if (part === undefined) continue
    if (part.of === "leftover") yield* disk.remove(item)
    if (part.of === "container") {
      const known = containers.some(({ id }) => id === part.id)
      if (!known && item.changedAt < now - inTheMaking) yield* disk.remove(item)
    }
    if (part.of === "volume" && !volumes.has(part.id) && item.changedAt < now - inTheMaking) {
      removeEmpty(join(root, item.path))
    }
  }
  for (const record of containers) {
    // The record is the last to go.
    if (record.removing === undefined) continue
    yield* dismantle(record, record.removing)
    notes.push(`the removal of container ${record.name} had been cut short, and is finished now`)
  }
  return notes
})

/** Removes a volume's directories unless something is in them. */
const removeEmpty = (home: string): void => {
  for (const directory of [join(home, "_data"), home]) {
    try {
      rmdirSync(directory)
    } catch {
      // Not empty, or gone: in either case it is not ours to remove.
    }
  }
}
