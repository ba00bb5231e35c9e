import { fileURLToPath } from "node:url"

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** How a test starts the unpacking process: that process alone, on the runtime of the test. */
export const self: ReadonlyArray<string> = [process.execPath, "--conditions=gantry-source", here("unpack-bin.ts")]

/** The same on the runtime of the released program, which starts several times faster: for tests that start it often. */
export const quickSelf: ReadonlyArray<string> = [
  here("../../../node_modules/.bin/bun"),
  "--conditions=gantry-source",
  here("unpack-bin.ts")
]
