import * as vitest from "vitest"
import { changesetLaws } from "../src/changeset-laws.ts"
import { changesets } from "../src/changesets.ts"
import { register } from "../src/register.ts"
import { registerTrial } from "../src/Saboteur.ts"
import { changesetSaboteurs } from "../src/saboteurs/changeset-saboteurs.ts"

register(vitest, { name: "core keeps the changeset laws", laws: changesetLaws, layer: changesets })
registerTrial(vitest, {
  name: "the changeset laws",
  laws: changesetLaws,
  saboteurs: changesetSaboteurs(changesets)
})
