import { withNeeds } from "@gantry/compose/service-order"
import * as Effect from "effect/Effect"
import { scale as table } from "../../argv/tables/projects/lifecycle.ts"
import { defineProject, progressOf, readProject, servicesOf } from "../define-project.ts"
import { makeServices, nothingAsked } from "../make/make-services.ts"
import { startServices } from "../life/start-services.ts"

/** `gantry compose scale`: other containers stay as they are. */
export default defineProject(table, ({ operands, options }, context) =>
  Effect.gen(function* () {
    const named = operands.map((text) => text.replace(/=.*$/s, ""))
    const project = yield* readProject(context, named)
    const progress = progressOf(context)
    const wanted = yield* servicesOf(project, named)
    const names = [...(options.noDeps ? new Set(named) : withNeeds(project.services, named))]
    const making = { ...nothingAsked, noRecreate: true, scale: operands }
    yield* makeServices(
      project,
      { wanted, names, options: making, renewVolumes: false, recreateNeeds: false },
      progress,
      context
    )
    yield* startServices(project, names, { renewed: new Set() }, progress, context)
    return 0
  })
)
