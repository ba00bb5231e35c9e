import { cacheLaws } from "@gantry/laws/cache-laws"
import { layerLaws } from "@gantry/laws/layer-laws"
import { runtimeLaws } from "@gantry/laws/runtime-laws"
import { registerTrial } from "@gantry/laws/Saboteur"
import { cacheSaboteurs } from "@gantry/laws/saboteurs/cache-saboteurs"
import { layerSaboteurs } from "@gantry/laws/saboteurs/layer-saboteurs"
import { runtimeSaboteurs } from "@gantry/laws/saboteurs/runtime-saboteurs"
import { Layer } from "effect"
import * as vitest from "vitest"
import * as MemoryCache from "../src/MemoryCache.ts"
import * as MemoryLayers from "../src/MemoryLayers.ts"
import { runtimeBench } from "./runtime-bench.ts"

registerTrial(vitest, { name: "the layer laws", laws: layerLaws, saboteurs: layerSaboteurs(MemoryLayers.layer) })
registerTrial(vitest, {
  name: "the cache laws",
  laws: cacheLaws,
  saboteurs: cacheSaboteurs(Layer.provideMerge(MemoryCache.layer, MemoryLayers.layer))
})
registerTrial(vitest, { name: "the runtime laws", laws: runtimeLaws, saboteurs: runtimeSaboteurs(runtimeBench) })
