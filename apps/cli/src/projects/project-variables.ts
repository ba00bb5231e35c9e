import type { Project } from "@gantry/compose/Project"
import { Settings } from "@gantry/core/Settings"
import * as Effect from "effect/Effect"

/** Lets secrets of containers be read from the variables of a project, those of its `.env` among them. */
export const withVariables = <A, E, R>(
  { environment }: Pick<Project, "environment">,
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R | Settings> =>
  Effect.flatMap(Settings, (settings) =>
    Effect.provideService(effect, Settings, {
      ...settings,
      variables: { ...settings.variables, ...environment }
    })
  )
