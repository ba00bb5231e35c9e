import type { MountSpec } from "@gantry/core/runtime/ContainerSpec"
import type { LayerStore, Stack } from "@gantry/core/store/LayerStore"
import type { LayerMissing, StorageFailure } from "@gantry/core/store/StoreError"
import type { TreeChange } from "@gantry/core/tree/TreeEntry"
import * as Effect from "effect/Effect"
import { placeOf } from "./destination.ts"

/** A place that something is to be mounted on. */
export interface WantedPoint {
  /** Absolute, in normal form. */
  readonly target: string
  readonly kind: "file" | "directory"
}

/** A mount for the runtime, and what kind of place it needs. */
export interface PlacedMount {
  readonly spec: MountSpec
  readonly kind: WantedPoint["kind"]
}

/** File systems that every container has for itself: what is made in them is in no layer. */
const ownSystems = ["/dev", "/proc", "/sys"]

/** Whether a path is another one or below it. */
export const isAtOrBelow = (path: string, above: string): boolean =>
  path === above || path.startsWith(above === "/" ? "/" : `${above}/`)

/**
 * What has to be added to a tree so that there is a place for each mount: missing directories, and empty files. Links
 * are followed in the tree.
 */
export const mountPoints = (
  stack: Stack,
  wanted: ReadonlyArray<WantedPoint>
): Effect.Effect<ReadonlyArray<TreeChange>, LayerMissing | StorageFailure, LayerStore> =>
  Effect.map(
    Effect.forEach(
      wanted.filter(({ target }) => !ownSystems.some((system) => isAtOrBelow(target, system))),
      ({ kind, target }) =>
        Effect.map(placeOf(stack, target), ({ entry, missing, path }): ReadonlyArray<TreeChange> => {
          if (entry !== undefined || path === "") return []
          const meta = { mode: 0o755, uid: 0, gid: 0, mtimeNs: 0n }
          const directories = (kind === "directory" ? [...missing, path] : missing).map(
            (each) => ({ ...meta, type: "directory", path: each }) as const
          )
          const content = { from: "bytes", bytes: new Uint8Array() } as const
          return kind === "directory"
            ? directories
            : [...directories, { ...meta, mode: 0o644, type: "file", path, size: 0, content }]
        })
    ),
    (changes) => changes.flat()
  )
