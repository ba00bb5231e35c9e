import { withNeeds } from "@gantry/compose/service-order"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { watch as table } from "../../argv/tables/projects/lifecycle.ts"
import { defineProject, progressOf, readProject, wantedServices } from "../define-project.ts"
import { interrupted, onSignals } from "../life/on-signals.ts"
import { startServices } from "../life/start-services.ts"
import { makeServices, nothingAsked } from "../make/make-services.ts"
import { noHands } from "../watch/WatchHands.ts"
import { requireWatched, watchProject } from "../watch/watch-project.ts"

/** `gantry compose watch`: containers run on when it ends. */
export default defineProject(table, ({ operands, options }, context) =>
  Effect.gen(function* () {
    const { terminal } = context
    const read = yield* readProject(context, operands)
    // What is watched is built once, whether its image is there or not: it may be older than the files.
    const services = Object.fromEntries(
      Object.entries(read.services).map(([name, service]) => [
        name,
        service.develop === undefined || service.build === undefined
          ? service
          : { ...service, pullPolicy: "build" as const }
      ])
    )
    const project = { ...read, services }
    const wanted = yield* wantedServices(project, operands)
    yield* requireWatched(wanted)
    const progress = progressOf(context)
    if (!options.noUp) {
      const names = [
        ...withNeeds(
          services,
          wanted.map(({ name }) => name)
        )
      ]
      const making = { ...nothingAsked, quietPull: options.quiet }
      const renewed = yield* makeServices(
        project,
        { wanted, names, options: making, renewVolumes: false, recreateNeeds: false },
        progress,
        context
      )
      yield* startServices(project, names, { renewed }, progress, context)
    }
    if (progress.isDry) return 0
    const asked = yield* Deferred.make<void>()
    const ask = Effect.asVoid(Deferred.succeed(asked, undefined))
    yield* onSignals(ask, ask)
    const { prune, quiet } = options
    yield* Effect.raceFirst(
      watchProject(project, wanted, { hands: noHands, prune, quiet }, progress, context),
      Deferred.await(asked)
    )
    terminal.out("⦿ Watch disabled\n")
    return interrupted
  }).pipe(Effect.scoped)
)
