import { readdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { Network } from "@gantry/core/network/Network"
import type { NetworkRefused } from "@gantry/core/network/NetworkError"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { Settings } from "@gantry/core/Settings"
import { type StorageFailure, storageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import { Containers } from "../containers/Containers.ts"
import { dismantle, type SettleServices } from "../containers/settle.ts"
import { Images } from "../images/Images.ts"
import { isEngines } from "../root-names.ts"
import { Volumes } from "../volumes/Volumes.ts"

/** What a reset takes away. */
export interface ResetList {
  readonly containers: ReadonlyArray<string>
  readonly images: number
  readonly volumes: ReadonlyArray<string>
  /** Absolute. */
  readonly root: string
}

/** What {@link reset} would take away now. */
export const resetList: Effect.Effect<ResetList, StorageFailure, Containers | Images | Settings | Volumes> = Effect.gen(
  function* () {
    return {
      containers: (yield* (yield* Containers).list).map(({ name }) => name),
      images: (yield* (yield* Images).list).length,
      volumes: (yield* (yield* Volumes).list).map(({ name }) => name),
      root: (yield* Settings).root
    }
  }
)

/** Names of the store in the root directory. */
const ofStore = /^(?:blobs|ingest|layers|locks|mapped|trees|oci-layout|\.index\..*)$/

/** Whether a name in the root directory is gantry's own; anything else there is not touched. */
const isOurs = (name: string): boolean => ofStore.test(name) || isEngines(name)

/** Takes away everything of this engine: containers, images, volumes, networks, and what they left on the host. */
export const reset: Effect.Effect<void, NetworkRefused | StorageFailure, SettleServices> = Effect.gen(function* () {
  const { root, run } = yield* Settings
  for (const record of yield* (yield* Containers).list) yield* dismantle(record, { volumes: false })
  yield* (yield* Network).reset
  yield* (yield* Runtime).reset
  yield* Effect.try({
    try: () => {
      // The database comes last: until then an interrupted reset can be repeated.
      const names = readdirSync(root).filter(isOurs)
      const ordered = [
        ...names.filter((name) => !name.startsWith("state.db")),
        ...names.filter((name) => name.startsWith("state.db"))
      ]
      for (const name of ordered) rmSync(join(root, name), { recursive: true, force: true })
      if (readdirSync(root).length === 0) rmSync(root, { recursive: true })
      rmSync(run, { recursive: true, force: true })
    },
    catch: storageFailure("remove", root)
  })
})
