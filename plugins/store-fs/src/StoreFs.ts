import * as Layer from "effect/Layer"
import type { Settings } from "@gantry/core/Settings"
import type { Database, DatabaseTooNew } from "@gantry/core/state/Database"
import type { BlobStore } from "@gantry/core/store/BlobStore"
import type { BuildCache } from "@gantry/core/store/BuildCache"
import type { LayerStore } from "@gantry/core/store/LayerStore"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as FsBlobs from "./FsBlobs.ts"
import * as FsCache from "./FsCache.ts"
import * as FsLayers from "./FsLayers.ts"

/** Blobs below `Settings.root`. */
export const blobs: Layer.Layer<BlobStore, never, Settings> = FsBlobs.layer

/** Unpacked layers below `Settings.root`. */
export const layers: Layer.Layer<LayerStore, StorageFailure | DatabaseTooNew, Database | Settings> = FsLayers.layer

/** Build records in the database. */
export const cache: Layer.Layer<BuildCache, StorageFailure | DatabaseTooNew, Database | LayerStore> = FsCache.layer

/** Everything that is kept on a local disk. */
export const layer: Layer.Layer<
  BlobStore | LayerStore | BuildCache,
  StorageFailure | DatabaseTooNew,
  Database | Settings
> = Layer.mergeAll(blobs, Layer.provideMerge(cache, layers))
