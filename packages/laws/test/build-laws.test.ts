import * as MemoryCache from "@gantry/plugin-memory/MemoryCache"
import * as MemoryLayers from "@gantry/plugin-memory/MemoryLayers"
import * as MemoryLocks from "@gantry/plugin-memory/MemoryLocks"
import * as Layer from "effect/Layer"
import * as vitest from "vitest"
import * as BuildBench from "../src/BuildBench.ts"
import { buildLaws } from "../src/build-laws.ts"
import { register } from "../src/register.ts"
import { registerTrial } from "../src/Saboteur.ts"
import { buildSaboteurs } from "../src/saboteurs/build-saboteurs.ts"

const honest = Layer.mergeAll(Layer.provideMerge(MemoryCache.layer, MemoryLayers.layer), MemoryLocks.layer)

register(vitest, {
  name: "the solver keeps the build laws",
  laws: buildLaws,
  layer: Layer.provide(BuildBench.layer(), honest)
})
registerTrial(vitest, { name: "the build laws", laws: buildLaws, saboteurs: buildSaboteurs(honest) })
