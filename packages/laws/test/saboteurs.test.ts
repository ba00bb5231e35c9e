import * as vitest from "vitest"
import { blobLaws } from "../src/blob-laws.ts"
import { downloadLaws } from "../src/download-laws.ts"
import { lockLaws } from "../src/lock-laws.ts"
import { referenceLaws, references } from "../src/reference-laws.ts"
import { register } from "../src/register.ts"
import { registryLaws } from "../src/registry-laws.ts"
import { registerTrial } from "../src/Saboteur.ts"
import { blobSaboteurs } from "../src/saboteurs/blob-saboteurs.ts"
import { downloadSaboteurs } from "../src/saboteurs/download-saboteurs.ts"
import { lockSaboteurs } from "../src/saboteurs/lock-saboteurs.ts"
import { referenceSaboteurs } from "../src/saboteurs/reference-saboteurs.ts"
import { registrySaboteurs } from "../src/saboteurs/registry-saboteurs.ts"

// Layers, build records and containers are sabotaged where an honest implementation is at hand: in the memory plugin.
register(vitest, { name: "core keeps the reference laws", laws: referenceLaws, layer: references })
registerTrial(vitest, { name: "the reference laws", laws: referenceLaws, saboteurs: referenceSaboteurs })
registerTrial(vitest, { name: "the blob laws", laws: blobLaws, saboteurs: blobSaboteurs })
registerTrial(vitest, { name: "the download laws", laws: downloadLaws, saboteurs: downloadSaboteurs })
registerTrial(vitest, { name: "the lock laws", laws: lockLaws, saboteurs: lockSaboteurs })
registerTrial(vitest, { name: "the registry laws", laws: registryLaws, saboteurs: registrySaboteurs })
