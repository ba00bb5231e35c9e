import { withNeeds } from "@gantry/compose/service-order"
import * as Effect from "effect/Effect"
import { create as table } from "../../argv/tables/projects/lifecycle.ts"
import { defineProject, progressOf, readProject, wantedServices } from "../define-project.ts"
import { makeServices } from "../make/make-services.ts"

/** `gantry compose create`. */
export default defineProject(table, ({ operands, options }, context) =>
  Effect.gen(function* () {
    const project = yield* readProject(context, operands)
    const wanted = yield* wantedServices(project, operands)
    const needed = withNeeds(
      project.services,
      wanted.map(({ name }) => name)
    )
    yield* makeServices(
      project,
      { wanted, names: [...needed], options, renewVolumes: false, recreateNeeds: false },
      progressOf(context),
      context
    )
    return 0
  })
)
