import type { YamlModule } from "./parse-trees.ts"
import * as Effect from "effect/Effect"

/** The YAML library. It takes as long to load as all else that a short command needs, and so is loaded when it is needed. */
export const loadYaml: Effect.Effect<YamlModule> = Effect.promise(async () => {
  // All that it has is under this name alone where it was bundled for Node, as the CommonJS module that it is.
  const { default: yaml } = await import("yaml")
  return yaml
})
