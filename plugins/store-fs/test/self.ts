import { fileURLToPath } from "node:url"

/** How a test starts the unpacking process: the program of these sources, without the rest of gantry. */
export const self: ReadonlyArray<string> = [
  process.execPath,
  "--conditions=gantry-source",
  fileURLToPath(new URL("unpack-bin.ts", import.meta.url))
]
