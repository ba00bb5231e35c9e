import type { InitConfig, JoinConfig } from "./config.ts"
import { prepareFilter } from "./filter.ts"
import { start } from "./init.ts"
import { join } from "./join.ts"

/** How a process becomes the first one of a container, and how a further one. */
export const sequences = {
  init: { prepare: ({ spec }: InitConfig) => prepareFilter(spec.process), run: start },
  join: { prepare: ({ process }: JoinConfig) => prepareFilter(process), run: join }
}
