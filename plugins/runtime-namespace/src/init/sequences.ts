import { start } from "./init.ts"
import { join } from "./join.ts"

/** How a process becomes the first one of a container, and how a further one. */
export const sequences = { init: start, join }
