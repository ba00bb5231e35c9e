import * as vitest from "vitest"
import { register } from "../src/register.ts"
import { registerTrial } from "../src/Saboteur.ts"
import { tarSaboteurs } from "../src/saboteurs/tar-saboteurs.ts"
import { tarFormat } from "../src/tar-format.ts"
import { tarLaws } from "../src/tar-laws.ts"

register(vitest, { name: "core keeps the tar laws", laws: tarLaws, layer: tarFormat })
registerTrial(vitest, { name: "the tar laws", laws: tarLaws, saboteurs: tarSaboteurs })
