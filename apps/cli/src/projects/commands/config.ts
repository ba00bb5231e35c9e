import { writeFileSync } from "node:fs"
import { resolve } from "node:path"
import { serviceHash } from "../make/service-hash.ts"
import { documentedServices, documentText, projectDocument } from "@gantry/compose/project-document"
import { withNeeds } from "@gantry/compose/service-order"
import { usedVariables } from "@gantry/compose/variables/used-variables"
import type { Project, Service } from "@gantry/compose/Project"
import * as Effect from "effect/Effect"
import { config as table } from "../../argv/tables/projects/looking.ts"
import { plain } from "../../commands/Usage.ts"
import { defineProject, readProject, servicesOf } from "../define-project.ts"
import { imagesDocument, withPinnedImages } from "../config/pin-images.ts"
import { variablesDocument, variablesTable } from "../config/show-variables.ts"
import { volumesOf } from "../make/service-mounts.ts"
import { imageOf } from "../make/service-options.ts"

const lines = (values: Iterable<string>): string => [...new Set(values)].map((each) => `${each}\n`).join("")

/** The project with these services, what they need, and nothing that only others use. */
const only = (project: Project, names: ReadonlyArray<string>): Project => {
  if (names.length === 0) return project
  const wanted = withNeeds(project.services, names)
  const [services, others] = [true, false].map((isWanted) =>
    Object.fromEntries(Object.entries(project.services).filter(([name]) => wanted.has(name) === isWanted))
  ) as [Project["services"], Project["services"]]
  const kept = { ...project, services, disabled: { ...project.disabled, ...others } }
  const used = <Value>(
    all: { readonly [name: string]: Value },
    namesIn: (service: Service) => ReadonlyArray<string>
  ) => {
    const found = new Set(Object.values(documentedServices(kept)).flatMap(namesIn))
    return Object.fromEntries(Object.entries(all).filter(([name]) => found.has(name)))
  }
  return {
    ...kept,
    networks: used(project.networks, (service) => Object.keys(service.networks)),
    volumes: used(project.volumes, volumesOf)
  }
}

/** `gantry compose config`. */
export default defineProject(table, ({ operands, options }, context) =>
  Effect.gen(function* () {
    const { terminal } = context
    const project = yield* readProject(context, operands, {
      interpolate: !options.noInterpolate && !options.variables,
      resolvesPaths: !options.noPathResolution,
      normalizes: !options.noNormalize
    })
    yield* servicesOf(project, operands)
    if (options.quiet) return 0
    const format = options.format ?? "yaml"
    if (format !== "yaml" && format !== "json" && !(options.variables && format === "table")) {
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
      if (options.variables) {
        const variables = usedVariables(project.written)
        return options.format === undefined || format === "table"
          ? variablesTable(variables)
          : yield* documentText(variablesDocument(variables, format), format)
      }
      const chosen = only(project, operands)
      const isPinned = options.resolveImageDigests || options.lockImageDigests
      const shown = isPinned ? yield* withPinnedImages(chosen) : chosen
      const document = options.lockImageDigests ? imagesDocument(shown) : projectDocument(shown)
      return yield* documentText(document, format === "json" ? format : "yaml")
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
