import type { SettingsShape } from "@gantry/core/Settings"
import * as Effect from "effect/Effect"
import type { Begun } from "./ahead/Begun.ts"
import { engine, type EngineServices } from "./compose.ts"
import { configPlaces } from "./configuration/config-places.ts"
import { inherited } from "./plugins/inherited.ts"
import { serveOwn } from "./plugins/Serve.ts"
import type { Environment } from "./settings.ts"
import type { Failure } from "./show/explain.ts"
import type { Terminal } from "./terminal.ts"
import { mark } from "./trace.ts"

/** What a program is run with. */
export interface Surroundings {
  readonly settings: SettingsShape
  /** Variables, with the program's own options in them. */
  readonly env: Environment
  /** Values of `--plugin`; undefined for what looks at plugins and is served by none. */
  readonly plugins: ReadonlyArray<string> | undefined
  readonly terminal: Terminal
  readonly begun: Begun
}

/**
 * Gives a program its engine: gantry's own services, or those of the plugins that options and configuration choose.
 * Without configuration nothing is read and nothing more is loaded.
 */
export const withEngine = (
  program: Effect.Effect<number, Failure, EngineServices>,
  { begun, env, plugins, settings, terminal }: Surroundings
): Effect.Effect<number, Failure> => {
  const run = (services: Effect.Effect.Success<ReturnType<typeof engine>>) => {
    mark("services ready")
    return Effect.provide(program, services)
  }
  const fromParent = env[inherited] ?? ""
  const places = configPlaces(env, terminal.cwd)
  if (plugins === undefined || (plugins.length === 0 && places.length === 0 && fromParent === "")) {
    return Effect.flatMap(engine(settings, { begun, env, configFiles: [], serve: serveOwn }), run)
  }
  return Effect.flatMap(
    Effect.promise(() => import("./plugins/configured-engine.ts")),
    ({ configuredEngine }) =>
      Effect.scoped(Effect.flatMap(configuredEngine({ env, plugins, settings, terminal }, places, fromParent), run))
  )
}
