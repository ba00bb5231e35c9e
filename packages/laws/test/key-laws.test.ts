import * as vitest from "vitest"
import { keyLaws, keys } from "../src/key-laws.ts"
import { register } from "../src/register.ts"
import { registerTrial } from "../src/Saboteur.ts"
import { keySaboteurs } from "../src/saboteurs/key-saboteurs.ts"

register(vitest, { name: "the builder keeps the key laws", laws: keyLaws, layer: keys })
registerTrial(vitest, { name: "the key laws", laws: keyLaws, saboteurs: keySaboteurs })
