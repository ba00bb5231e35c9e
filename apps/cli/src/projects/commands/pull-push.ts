import type { Project, Service } from "@gantry/compose/Project"
import { withNeeds } from "@gantry/compose/service-order"
import { Images } from "@gantry/engine/images/Images"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as tables from "../../argv/tables/projects/working.ts"
import { plain } from "../../commands/Usage.ts"
import type { EngineServices } from "../../compose.ts"
import { complaint } from "../../show/complaint.ts"
import type { Failure } from "../../show/explain.ts"
import { defineProject, isQuiet, progressOf, type ProjectContext, readProject, servicesOf } from "../define-project.ts"
import { imageOf } from "../make/service-options.ts"
import { silently, typedCommand } from "../typed-command.ts"

const chosen = (project: Project, operands: ReadonlyArray<string>, withThem: boolean) =>
  Effect.map(servicesOf(project, operands), (named) => {
    const names = named.map(({ name }) => name)
    return (withThem ? [...withNeeds(project.services, names)] : names).flatMap((name) => project.services[name] ?? [])
  })

/** One image after the other, each once. With `goOn` one that fails is said, and is no failure. */
const eachImage = (
  project: Project,
  services: ReadonlyArray<Service>,
  goOn: boolean,
  context: ProjectContext,
  body: (image: string, service: Service) => Effect.Effect<number, Failure, EngineServices>
) =>
  Effect.gen(function* () {
    const byImage = new Map(services.map((service) => [imageOf(project, service), service]))
    let worst = 0
    for (const [image, service] of byImage) {
      const status = goOn
        ? yield* Effect.catchAll(body(image, service), (failure) =>
            Effect.sync(() => {
              context.terminal.err(complaint(failure, context.terminal))
              return 0
            })
          )
        : yield* body(image, service)
      if (!goOn) worst = Math.max(worst, status)
    }
    return worst
  })

/** `gantry compose pull`. */
export const pull = defineProject(tables.pull, ({ operands, options }, context) =>
  Effect.gen(function* () {
    const { policy = "always" } = options
    if (policy !== "always" && policy !== "missing") {
      return yield* plain(`invalid value for --policy: ${JSON.stringify(policy)}`, "use missing or always")
    }
    const project = yield* readProject(context, operands)
    const services = (yield* chosen(project, operands, options.includeDeps)).filter(
      ({ build, image, pullPolicy }) =>
        pullPolicy !== "never" &&
        pullPolicy !== "build" &&
        (build === undefined || (image !== undefined && !options.ignoreBuildable))
    )
    const progress = progressOf(context)
    const images = yield* Images
    const left: Array<string> = []
    const worst = yield* eachImage(project, services, options.ignorePullFailures, context, (image, service) =>
      Effect.gen(function* () {
        if (policy === "missing" && Option.isSome(yield* Effect.option(images.find(image)))) return 0
        const words = [
          ...(options.quiet || isQuiet(context) ? ["--quiet"] : []),
          ...(service.platform === undefined ? [] : [`--platform=${service.platform}`]),
          image
        ]
        const fetched = progress.isDry ? Effect.succeed(0) : typedCommand("pull", words, silently(context))
        const status = yield* progress.step("Image", image, ["Pulling", "Pulled"], fetched)
        if (service.build === undefined || status === 0) return status
        // What no registry has can still be built.
        left.push(service.name)
        return options.ignorePullFailures ? 0 : status
      })
    )
    if (left.length > 0) {
      context.terminal.err(
        `WARNING: Some service image(s) must be built from source by running:\n    gantry compose build ${left.join(" ")}\n`
      )
    }
    return worst
  })
)

/** `gantry compose push`. */
export const push = defineProject(tables.push, ({ operands, options }, context) =>
  Effect.gen(function* () {
    const project = yield* readProject(context, operands)
    const services = (yield* chosen(project, operands, options.includeDeps)).filter(
      ({ build, image }) => build !== undefined && image !== undefined
    )
    const progress = progressOf(context)
    return yield* eachImage(project, services, options.ignorePushFailures, context, (image) => {
      const words = [...(options.quiet || isQuiet(context) ? ["--quiet"] : []), image]
      const sent = progress.isDry ? Effect.succeed(0) : typedCommand("push", words, silently(context))
      return progress.step("Image", image, ["Pushing", "Pushed"], sent)
    })
  })
)
