import { LayerStore } from "@gantry/core/store/LayerStore"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { WrongState } from "../EngineError.ts"
import type { ContainerRecord } from "./ContainerRecord.ts"
import { requireImage } from "./host-root.ts"

/** All files of a container, running or not, as one archive: its own writes included, and volumes and other mounts not. */
export const containerArchive = (
  record: Pick<ContainerRecord, "id" | "image" | "imageName" | "name" | "spec">
): Stream.Stream<Uint8Array, StorageFailure | WrongState, LayerStore> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const { packFolder, packTree } = yield* LayerStore
      const { root } = record.spec
      if (record.image !== "" || packFolder === undefined || root.type === "opaque") {
        yield* requireImage(record, "export")
        return packTree(record)
      }
      return root.type === "overlay"
        ? packFolder({ directory: root.directory, overlay: true, tree: record })
        : packFolder({ directory: root.path, overlay: false, tree: record })
    })
  )
