import type { Contract } from "@gantry/core/Plugin"
import type { Network } from "@gantry/core/network/Network"
import type { Registry } from "@gantry/core/registry/Registry"
import type { BlobStore } from "@gantry/core/store/BlobStore"
import type { BuildCache } from "@gantry/core/store/BuildCache"
import type { LayerStore } from "@gantry/core/store/LayerStore"
import { blobLaws } from "./blob-laws.ts"
import { cacheLaws } from "./cache-laws.ts"
import type { Law } from "./Law.ts"
import { layerLaws } from "./layer-laws.ts"
import { networkLaws } from "./network-laws.ts"
import { type RegistryBench, registryLaws } from "./registry-laws.ts"

/** What such laws speak to: what needs no more than a place to be tried, which for a registry is a repository. */
export type Tried = BlobStore | BuildCache | LayerStore | Network | Registry | RegistryBench

/**
 * The laws of a contract that a plugin can be held to as it is, by `gantry plugin check`, which gives those of
 * registries a place to push to. Those of runtimes need a root file system to run, and eyes on the host: they are
 * registered in a test of the plugin's own, with a bench.
 */
export const lawsOfContract = (contract: Contract): ReadonlyArray<Law<Tried>> | undefined => {
  switch (contract) {
    case "blob-store":
      return blobLaws
    case "layer-store":
      return layerLaws
    case "build-cache":
      return cacheLaws
    case "network":
      return networkLaws()
    case "registry":
      return registryLaws
    case "launcher":
    case "runtime":
      return undefined
  }
}
