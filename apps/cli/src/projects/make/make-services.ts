import type { Project, Service } from "@gantry/compose/Project"
import * as Effect from "effect/Effect"
import type { Values } from "../../argv/Option.ts"
import type { create } from "../../argv/tables/projects/lifecycle.ts"
import { plain, type Usage } from "../../commands/Usage.ts"
import { asWritten } from "./build-words.ts"
import { converge } from "./converge.ts"
import type { ProjectContext } from "../define-project.ts"
import { orphanWish, settleOrphans } from "./orphans.ts"
import type { Recreation } from "./plan-service.ts"
import type { Progress } from "../progress.ts"
import { ensureNetworks, ensureVolumes } from "./project-parts.ts"
import { ensureImages, type ImageWish } from "./service-images.ts"
import { volumesOf } from "./service-mounts.ts"

/** What `up` and `create` are to make. */
export interface MakeWish {
  /** The services that were asked for. */
  readonly wanted: ReadonlyArray<Service>
  /** Their names, and those of what they need. */
  readonly names: ReadonlyArray<string>
  readonly options: Values<(typeof create)["options"]> & { readonly timeout?: number | undefined }
  readonly renewVolumes: boolean
  /** What they need is made anew too. */
  readonly recreateNeeds: boolean
}

/** What is made when no option says otherwise. */
export const nothingAsked: MakeWish["options"] = {
  build: false,
  noBuild: false,
  forceRecreate: false,
  noRecreate: false,
  pull: undefined,
  quietPull: false,
  removeOrphans: false,
  scale: [],
  yes: false
}

/** `--scale web=3`, each for one service. */
const scalesOf = (project: Project, texts: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const scales = new Map<string, number>()
    for (const text of texts) {
      const [, name = "", number = ""] = /^([^=]+)=(\d{1,4})$/.exec(text) ?? []
      if (number === "") return yield* plain(`invalid --scale option ${JSON.stringify(text)}`, "write SERVICE=NUMBER")
      const service = project.services[name]
      if (service === undefined) return yield* plain(`no such service: ${name}`, "name a service of the project")
      if (service.containerName !== undefined && Number(number) > 1) {
        return yield* plain(
          `service ${name} cannot have ${number} containers: its file gives the container the name ${service.containerName}`,
          "leave container_name out of the Compose file"
        )
      }
      scales.set(name, Number(number))
    }
    return scales as ReadonlyMap<string, number>
  })

/** `--pull` as the policy of all services; undefined for their own. */
export const pullWish = (text: string | undefined): Effect.Effect<ImageWish["pull"], Usage> => {
  if (text === undefined || text === "policy") return Effect.succeed(undefined)
  if (text === "always" || text === "missing" || text === "never") return Effect.succeed(text)
  return plain(`invalid --pull option ${JSON.stringify(text)}`, "use always, missing, never or policy")
}

/** Makes the images, networks, volumes and containers of services. Succeeds with the services that were made anew. */
export const makeServices = (
  project: Project,
  { names, options, recreateNeeds, renewVolumes, wanted }: MakeWish,
  progress: Progress,
  context: ProjectContext
) =>
  Effect.gen(function* () {
    if (options.forceRecreate && options.noRecreate) {
      return yield* plain("--force-recreate and --no-recreate are incompatible", "leave out one of them")
    }
    if (options.build && options.noBuild) {
      return yield* plain("--build and --no-build are incompatible", "leave out one of them")
    }
    const orphans = yield* orphanWish(project, options.removeOrphans)
    const scale = yield* scalesOf(project, options.scale)
    const pull = yield* pullWish(options.pull)
    const services = names.flatMap((name) => project.services[name] ?? [])
    yield* ensureImages(
      project,
      services,
      {
        build: options.build ? "all" : options.noBuild ? "none" : "missing",
        ...(pull === undefined ? {} : { pull }),
        quietPull: options.quietPull,
        asked: asWritten
      },
      progress,
      context
    )
    yield* settleOrphans(project, { wish: orphans, timeout: options.timeout }, progress, context)
    const networks = new Set(services.flatMap((service) => Object.keys(service.networks)))
    const volumes = new Set(services.flatMap(volumesOf))
    const { allResources } = context.globals
    yield* ensureNetworks(project, allResources ? new Set(Object.keys(project.networks)) : networks, progress, context)
    yield* ensureVolumes(project, allResources ? new Set(Object.keys(project.volumes)) : volumes, progress, context)
    const asked = new Set(wanted.map(({ name }) => name))
    const recreation = (service: string): Recreation => {
      if (options.noRecreate) return "never"
      return (options.forceRecreate && asked.has(service)) || (recreateNeeds && !asked.has(service))
        ? "always"
        : "changed"
    }
    return yield* converge(
      project,
      names,
      {
        recreation,
        scale,
        renewVolumes,
        ...(options.timeout === undefined ? {} : { timeout: options.timeout })
      },
      progress,
      context
    )
  })
