import type { Contract } from "@gantry/core/Plugin"
import type { BlobStore } from "@gantry/core/store/BlobStore"
import type { BuildCache } from "@gantry/core/store/BuildCache"
import type { LayerStore } from "@gantry/core/store/LayerStore"
import { blobLaws } from "./blob-laws.ts"
import { cacheLaws } from "./cache-laws.ts"
import type { Law } from "./Law.ts"
import { layerLaws } from "./layer-laws.ts"

/** What such laws speak to: the stores, which need no more than a place to be tried. */
export type Tried = BlobStore | BuildCache | LayerStore

/**
 * The laws of a contract that a plugin can be held to as it is, by `gantry plugin check`. The others (registries,
 * networks, runtimes) need something beside the plugin to look at: a registry to speak to, a root file system to run.
 * They are registered in a test of the plugin's own, with a bench.
 */
export const lawsOfContract = (contract: Contract): ReadonlyArray<Law<Tried>> | undefined => {
  switch (contract) {
    case "blob-store":
      return blobLaws
    case "layer-store":
      return layerLaws
    case "build-cache":
      return cacheLaws
    case "registry":
    case "network":
    case "launcher":
    case "runtime":
      return undefined
  }
}
