import { networkLaws } from "@gantry/laws/network-laws"
import { register } from "@gantry/laws/register"
import { registerTrial } from "@gantry/laws/Saboteur"
import { networkSaboteurs } from "@gantry/laws/saboteurs/network-saboteurs"
import * as vitest from "vitest"
import * as MemoryNetwork from "../src/MemoryNetwork.ts"

const { layer } = MemoryNetwork

register(vitest, { name: "MemoryNetwork keeps the network laws", laws: networkLaws(), layer })
registerTrial(vitest, { name: "the network laws", laws: networkLaws(), saboteurs: networkSaboteurs(layer) })
