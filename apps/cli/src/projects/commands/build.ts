import { withNeeds } from "@gantry/compose/service-order"
import * as Effect from "effect/Effect"
import { build as table } from "../../argv/tables/projects/working.ts"
import { given } from "../../commands/read-values.ts"
import { plain } from "../../commands/Usage.ts"
import { defineProject, isQuiet, progressOf, readProject, servicesOf } from "../define-project.ts"
import { buildServices } from "../make/service-images.ts"
import { imageOf } from "../make/service-options.ts"
import { typedCommand } from "../typed-command.ts"

/** `gantry compose build`. */
export default defineProject(table, ({ operands, options }, context) =>
  Effect.gen(function* () {
    const project = yield* readProject(context, operands)
    const named = yield* servicesOf(project, operands)
    const names = named.map(({ name }) => name)
    const all = options.withDependencies ? [...withNeeds(project.services, names)] : names
    const services = all.flatMap((name) => project.services[name] ?? [])
    const buildable = services.filter(({ build }) => build !== undefined)
    if (buildable.length === 0) {
      context.terminal.err("No services to build\n")
      return 0
    }
    yield* buildServices(
      project,
      services,
      {
        args: options.buildArg,
        noCache: options.noCache,
        pull: options.pull,
        quiet: options.quiet,
        check: options.check,
        ...given("memory", options.memory),
        ...given("progress", options.progress ?? (isQuiet(context) ? undefined : context.globals.progress)),
        ...given("ssh", options.ssh)
      },
      progressOf(context),
      context
    )
    if (!options.push || context.globals.dryRun) return 0
    for (const service of buildable) {
      if (service.image === undefined) {
        return yield* plain(
          `service ${service.name} cannot be pushed: it has no image name`,
          "give it an image in the Compose file"
        )
      }
      const status = yield* typedCommand("push", [imageOf(project, service)], context)
      if (status !== 0) return status
    }
    return 0
  })
)
