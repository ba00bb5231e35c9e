import type { Project, Service } from "@gantry/compose/Project"
import { Images } from "@gantry/engine/images/Images"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ProjectContext } from "../define-project.ts"
import { serviceMembers } from "../life/members.ts"
import { withRestarted } from "../life/restart-services.ts"
import { startServices } from "../life/start-services.ts"
import { asWritten } from "../make/build-words.ts"
import { converge } from "../make/converge.ts"
import { buildServices } from "../make/service-images.ts"
import { imageOf } from "../make/service-options.ts"
import type { Progress } from "../progress.ts"
import { silently, typedCommand } from "../typed-command.ts"
import type { WatchHands } from "./WatchHands.ts"

/** How services are rebuilt. */
export interface RebuildWish {
  readonly hands: WatchHands
  /** Says nothing of builds. */
  readonly quiet: boolean
  /** Images that others take the place of are removed. */
  readonly prune: boolean
}

const imageNow = (project: Project, service: Service) =>
  Effect.flatMap(Images, ({ find }) => Effect.option(find(imageOf(project, service))))

/** Removes an image that has no name any more. One that is still used stays. */
const removeNameless = (id: string, context: ProjectContext) =>
  Effect.gen(function* () {
    const image = yield* Effect.option((yield* Images).find(id))
    if (Option.isNone(image) || image.value.names.length > 0) return
    const { terminal } = silently(context)
    const silent = {
      ...context,
      terminal: Object.create(terminal, { err: { value: () => undefined } }) as typeof terminal
    }
    yield* Effect.ignore(typedCommand("rmi", [id], silent))
  })

/**
 * Builds images of services, and has containers of them in the place of those that there are. Services that say that they
 * are restarted with one of these are.
 */
export const rebuildServices = (
  project: Project,
  names: ReadonlySet<string>,
  { hands, prune, quiet }: RebuildWish,
  progress: Progress,
  context: ProjectContext
) =>
  Effect.gen(function* () {
    const services = [...names].flatMap((name) => project.services[name] ?? [])
    const before = yield* Effect.forEach(services, (service) => imageNow(project, service))
    yield* buildServices(project, services, { ...asWritten, quiet }, progress, context)
    const affected = withRestarted(project, names)
    const members = (yield* serviceMembers(project.name)).filter(({ service }) => affected.has(service))
    const counts = Map.groupBy(members, ({ service }) => service)
    const there = [...affected].filter((name) => names.has(name) || counts.has(name))
    yield* hands.release(members)
    const renewed = yield* converge(
      project,
      there,
      {
        recreation: (name) => (names.has(name) ? "always" : "changed"),
        scale: new Map(Array.from(counts, ([name, { length }]) => [name, length])),
        renewVolumes: false
      },
      progress,
      context
    )
    yield* startServices(project, there, { renewed, onStart: hands.take }, progress, context)
    if (!prune) return
    for (const image of before) if (Option.isSome(image)) yield* removeNameless(image.value.id, context)
  })
