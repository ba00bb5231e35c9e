import { writeFileSync } from "node:fs"
import { resolve } from "node:path"
import { serviceHash } from "../make/service-hash.ts"
import { documentText, projectDocument } from "@gantry/compose/project-document"
import type { Project, Service } from "@gantry/compose/Project"
import * as Effect from "effect/Effect"
import { config as table } from "../../argv/tables/projects/looking.ts"
import { plain } from "../../commands/Usage.ts"
import { defineProject, readProject, servicesOf } from "../define-project.ts"
import { volumesOf } from "../make/service-mounts.ts"
import { imageOf } from "../make/service-options.ts"

const lines = (values: Iterable<string>): string => [...new Set(values)].map((each) => `${each}\n`).join("")

/** The project with these services and nothing that only others use. */
const only = (project: Project, names: ReadonlyArray<string>): Project => {
  if (names.length === 0) return project
  const services = Object.fromEntries(Object.entries(project.services).filter(([name]) => names.includes(name)))
  const used = <Value>(
    all: { readonly [name: string]: Value },
    namesIn: (service: Service) => ReadonlyArray<string>
  ) => {
    const wanted = new Set(Object.values(services).flatMap(namesIn))
    return Object.fromEntries(Object.entries(all).filter(([name]) => wanted.has(name)))
  }
  return {
    ...project,
    services,
    networks: used(project.networks, (service) => Object.keys(service.networks)),
    volumes: used(project.volumes, volumesOf)
  }
}

/** `gantry compose config`. */
export default defineProject(table, ({ operands, options }, context) =>
  Effect.gen(function* () {
    const { terminal } = context
    const project = yield* readProject(context, operands, !options.noInterpolate)
    yield* servicesOf(project, operands)
    if (options.quiet) return 0
    const format = options.format ?? "yaml"
    if (format !== "yaml" && format !== "json") {
      return yield* plain(`unsupported format ${JSON.stringify(format)}`, "use yaml or json")
    }
    const services = Object.values(project.services)
    const every = [...services, ...Object.values(project.disabled)]
    const text = yield* Effect.gen(function* () {
      if (options.services) return lines(services.map(({ name }) => name))
      if (options.images) return lines(services.map((service) => imageOf(project, service)))
      if (options.volumes) return lines(Object.keys(project.volumes))
      if (options.networks) return lines(Object.keys(project.networks))
      if (options.profiles) return lines(every.flatMap(({ profiles }) => profiles).toSorted())
      if (options.environment) {
        return lines(
          Object.entries(project.environment)
            .map(([name, value]) => `${name}=${value}`)
            .toSorted()
        )
      }
      if (options.hash !== undefined) {
        const named = options.hash === "*" ? [] : options.hash.split(",")
        return lines(
          (yield* servicesOf(project, named)).map((service) => `${service.name} ${serviceHash(project, service)}`)
        )
      }
      return yield* documentText(projectDocument(only(project, operands)), format)
    })
    const { output } = options
    if (output === undefined) terminal.out(text)
    else {
      yield* Effect.try({
        try: () => writeFileSync(resolve(terminal.cwd, output), text),
        catch: (cause) =>
          plain(
            `cannot write ${output}: ${cause instanceof Error ? cause.message : String(cause)}`,
            "name a file in a directory that is there"
          )
      })
    }
    return 0
  })
)
