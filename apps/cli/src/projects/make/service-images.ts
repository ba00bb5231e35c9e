import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Project, Service } from "@gantry/compose/Project"
import { parse as parsePlatform } from "@gantry/core/image/Platform"
import { ensureImage } from "@gantry/engine/images/ensure-image"
import { Images } from "@gantry/engine/images/Images"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { contextServices } from "@gantry/compose/texts/service-in"
import { fetching } from "../../commands/fetching.ts"
import { plain, Usage } from "../../commands/Usage.ts"
import { type BuildAsked, buildWords } from "./build-words.ts"
import { isQuiet, type ProjectContext } from "../define-project.ts"
import type { Progress } from "../progress.ts"
import { imageOf } from "./service-options.ts"
import { silently, typedCommand } from "../typed-command.ts"

/** When images of services are made or fetched. */
export interface ImageWish {
  /** All that can be built are, or those that are missing, or none. */
  readonly build: "all" | "missing" | "none"
  /** Takes the place of what the services say. */
  readonly pull?: "always" | "missing" | "never"
  readonly quietPull: boolean
  readonly asked: BuildAsked
}

/** A Dockerfile that stands in the Compose file, as a file while it is built from. */
const inlineFile = (text: string) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const folder = mkdtempSync(join(tmpdir(), "gantry-compose-"))
      writeFileSync(join(folder, "Dockerfile"), text)
      return folder
    }),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
  ).pipe(Effect.map((folder) => join(folder, "Dockerfile")))

/** Services so that each comes after those whose images its build takes files from. */
const inBuildOrder = (project: Project, services: ReadonlyArray<Service>): ReadonlyArray<Service> => {
  const ordered = new Set<Service>()
  const visit = (service: Service, above: ReadonlySet<string>): void => {
    if (above.has(service.name)) return
    const inside = new Set([...above, service.name])
    for (const name of contextServices(service)) {
      const other = project.services[name] ?? project.disabled[name]
      if (other !== undefined) visit(other, inside)
    }
    ordered.add(service)
  }
  for (const service of services) visit(service, new Set())
  return [...ordered].filter(({ build }) => build !== undefined)
}

/** Builds the images of services, one after the other: a build uses all processors by itself. */
export const buildServices = (
  project: Project,
  services: ReadonlyArray<Service>,
  asked: BuildAsked,
  progress: Progress,
  context: ProjectContext
) =>
  Effect.forEach(
    inBuildOrder(project, services),
    (service) =>
      Effect.gen(function* () {
        const { build } = service
        if (build === undefined) return
        const inline = build.dockerfileInline === undefined ? undefined : yield* inlineFile(build.dockerfileInline)
        const told = isQuiet(context) ? { ...asked, quiet: true } : asked
        const made = typedCommand("build", buildWords(project, service, build, told, inline), silently(context))
        const status = yield* progress.step(
          "Image",
          imageOf(project, service),
          ["Building", asked.check ? "Checked" : "Built"],
          progress.isDry ? Effect.succeed(0) : made
        )
        if (status !== 0) {
          return yield* new Usage({
            message: `service ${service.name}: its image could not be built`,
            hint: `see above; gantry compose build ${service.name} tries again`,
            status,
            speaker: "plain"
          })
        }
      }).pipe(Effect.scoped),
    { discard: true }
  )

const isHere = (name: string) =>
  Effect.flatMap(Images, ({ find }) => Effect.map(Effect.option(find(name)), Option.isSome))

/** Makes or fetches the images of services, as far as that is wished. */
export const ensureImages = (
  project: Project,
  services: ReadonlyArray<Service>,
  wish: ImageWish,
  progress: Progress,
  context: ProjectContext
) =>
  Effect.gen(function* () {
    const built: Array<Service> = []
    for (const service of services) {
      const image = imageOf(project, service)
      const policy = wish.pull ?? service.pullPolicy ?? "missing"
      if (service.build !== undefined && policy !== "never" && wish.build !== "none") {
        if (wish.build === "all" || policy === "build" || !(yield* isHere(image))) built.push(service)
        continue
      }
      const here = yield* isHere(image)
      if (here && policy !== "always") continue
      if (service.build !== undefined && service.image === undefined) {
        return yield* plain(
          `service ${service.name}: its image ${image} is not there, and is not to be built`,
          "leave out --no-build, or run gantry compose build first"
        )
      }
      const platform = service.platform === undefined ? undefined : parsePlatform(service.platform)
      const fetched = ensureImage(image, platform, {
        ...fetching(context.terminal, wish.quietPull || isQuiet(context)),
        policy: policy === "build" ? "missing" : policy
      })
      yield* progress.change("Image", image, ["Pulling", "Pulled"], fetched)
    }
    yield* buildServices(project, built, wish.asked, progress, context)
  })
