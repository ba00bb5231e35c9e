import { posix } from "node:path"
import type { LayerStore, Stack } from "@gantry/core/store/LayerStore"
import type { LayerMissing, StorageFailure } from "@gantry/core/store/StoreError"
import type { TreeChange } from "@gantry/core/tree/TreeEntry"
import type * as Effect from "effect/Effect"
import { mountPoints } from "../steps/mount-points.ts"
import type { SecretWish } from "./SecretWish.ts"

/**
 * The places that a container's secrets need in its tree. They are nothing that the container has changed: an image of it
 * would tell with empty files which secrets there were.
 */
export const secretPoints = (
  secrets: ReadonlyArray<SecretWish>,
  stack: Stack
): Effect.Effect<ReadonlyArray<TreeChange>, LayerMissing | StorageFailure, LayerStore> =>
  mountPoints(
    stack,
    secrets.flatMap(({ as }) =>
      as.type === "mount" ? [{ target: posix.normalize(as.target), kind: "file" } as const] : []
    )
  )
