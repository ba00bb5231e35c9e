import { program } from "../../tsup.shared.ts"
import manifest from "./package.json" with { type: "json" }

export default { ...program, define: { GANTRY_VERSION: JSON.stringify(manifest.version) } }
