import type { Downloads } from "@gantry/core/download/Downloads"
import type { Locks } from "@gantry/core/Locks"
import type { Credentials } from "@gantry/core/registry/Credentials"
import type { BlobStore } from "@gantry/core/store/BlobStore"
import type { BuildCache } from "@gantry/core/store/BuildCache"
import type { Disk } from "@gantry/core/store/Disk"
import type { LayerStore } from "@gantry/core/store/LayerStore"
import type { Network } from "@gantry/core/network/Network"
import type { Registry } from "@gantry/core/registry/Registry"
import type { Runtime } from "@gantry/core/runtime/Runtime"
import * as Layer from "effect/Layer"
import * as MemoryBlobs from "./MemoryBlobs.ts"
import * as MemoryCache from "./MemoryCache.ts"
import * as MemoryCredentials from "./MemoryCredentials.ts"
import * as MemoryDisk from "./MemoryDisk.ts"
import * as MemoryDownloads from "./MemoryDownloads.ts"
import * as MemoryLayers from "./MemoryLayers.ts"
import * as MemoryLocks from "./MemoryLocks.ts"
import * as MemoryNetwork from "./MemoryNetwork.ts"
import * as MemoryRegistry from "./MemoryRegistry.ts"
import * as MemoryRuntime from "./MemoryRuntime.ts"
import type { MemoryTrees } from "./MemoryTrees.ts"
import { tinyShell } from "./tiny-shell.ts"

/** Every contract served from memory: an engine for tests, without root and without a disk. */
export const layer = (
  options: MemoryRuntime.MemoryRuntimeOptions = { commands: tinyShell }
): Layer.Layer<
  | BlobStore
  | BuildCache
  | Credentials
  | Disk
  | Downloads
  | LayerStore
  | Locks
  | MemoryTrees
  | MemoryRuntime.Recorded
  | Network
  | Registry
  | Runtime
> =>
  Layer.mergeAll(
    MemoryCredentials.layer,
    MemoryDownloads.layer,
    MemoryLocks.layer,
    MemoryRegistry.layer,
    MemoryNetwork.layer,
    Layer.provideMerge(
      Layer.mergeAll(MemoryCache.layer, MemoryDisk.layer, MemoryRuntime.layer(options)),
      Layer.merge(MemoryBlobs.layer, MemoryLayers.layer)
    )
  )
