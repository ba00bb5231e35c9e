import * as Effect from "effect/Effect"
import { type ProjectContext, servicesOf } from "../define-project.ts"
import { knownProject } from "./known-project.ts"
import { serviceMembers } from "./members.ts"

/** The project that is meant, and the names of the services that are: all of them when none is named. */
export const meantServices = (context: ProjectContext, operands: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const project = yield* knownProject(context, operands)
    const services = yield* servicesOf(project, operands)
    const names: ReadonlySet<string> = new Set(services.map(({ name }) => name))
    return { project, names }
  })

/** The same with the containers of the services, without those of `compose run`. */
export const meantMembers = (context: ProjectContext, operands: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const { names, project } = yield* meantServices(context, operands)
    const members = (yield* serviceMembers(project.name)).filter(({ service }) => names.has(service))
    return { project, names, members }
  })
