import { blobLaws } from "@gantry/laws/blob-laws"
import { cacheLaws } from "@gantry/laws/cache-laws"
import { Downloads } from "@gantry/core/download/Downloads"
import { downloadLaws, FileServer } from "@gantry/laws/download-laws"
import { layerLaws } from "@gantry/laws/layer-laws"
import { lockLaws } from "@gantry/laws/lock-laws"
import { register } from "@gantry/laws/register"
import { RegistryBench, registryLaws } from "@gantry/laws/registry-laws"
import { runtimeLawsFor } from "@gantry/laws/runtime-laws"
import { Effect, Layer } from "effect"
import * as vitest from "vitest"
import * as MemoryBlobs from "../src/MemoryBlobs.ts"
import * as MemoryCache from "../src/MemoryCache.ts"
import * as MemoryDownloads from "../src/MemoryDownloads.ts"
import * as MemoryLayers from "../src/MemoryLayers.ts"
import * as MemoryLocks from "../src/MemoryLocks.ts"
import * as MemoryRegistry from "../src/MemoryRegistry.ts"
import { runtimeBench } from "./runtime-bench.ts"

register(vitest, { name: "memory keeps the blob laws", laws: blobLaws, layer: MemoryBlobs.layer })
register(vitest, { name: "memory keeps the lock laws", laws: lockLaws, layer: MemoryLocks.layer })
register(vitest, { name: "memory keeps the layer laws", laws: layerLaws, layer: MemoryLayers.layer })
register(vitest, {
  name: "memory keeps the cache laws",
  laws: cacheLaws,
  layer: Layer.provideMerge(MemoryCache.layer, MemoryLayers.layer)
})
register(vitest, {
  name: "memory keeps the registry laws",
  laws: registryLaws,
  layer: Layer.merge(
    MemoryRegistry.layer,
    Layer.succeed(RegistryBench, { registry: "memory.example", repository: "laws" })
  )
})
register(vitest, {
  name: "memory keeps the runtime laws",
  laws: runtimeLawsFor({
    hostMounts: false,
    networks: false,
    limits: false,
    exec: true,
    terminals: false,
    pause: true
  }),
  layer: runtimeBench
})

const files = new Map<string, MemoryDownloads.MemoryFile>()
const base = new URL("http://memory.example/")
register(vitest, {
  name: "memory keeps the download laws",
  laws: downloadLaws,
  layer: Layer.merge(
    Layer.succeed(Downloads, MemoryDownloads.make(files)),
    Layer.succeed(FileServer, {
      base,
      put: (name, file) =>
        Effect.sync(() => {
          const { href } = new URL(name, base)
          if (file === undefined) files.delete(href)
          else files.set(href, file)
        })
    })
  )
})
