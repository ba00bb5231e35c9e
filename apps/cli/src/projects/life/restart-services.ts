import { afterNeeds } from "@gantry/compose/in-order"
import type { Project } from "@gantry/compose/Project"
import { restart } from "@gantry/engine/verbs/restart"
import * as Effect from "effect/Effect"
import { atOnce, type ProjectContext } from "../define-project.ts"
import type { Progress } from "../progress.ts"
import { withVariables } from "../project-variables.ts"
import { afterStart, beforeStop } from "./hooks.ts"
import type { Member } from "./members.ts"
import { restartsWith } from "./start-services.ts"

/** Services, and those that say in their `depends_on` that they are restarted with one of them. */
export const withRestarted = (
  { services }: Pick<Project, "services">,
  names: ReadonlySet<string>
): ReadonlySet<string> =>
  new Set([
    ...names,
    ...Object.values(services).flatMap((service) => (restartsWith(service, names) ? [service.name] : []))
  ])

/**
 * Stops containers of services and starts them again, those of a service after those of what it needs: what another shares
 * with one is gone with it until it runs again.
 */
export const restartMembers = (
  project: Project,
  members: ReadonlyArray<Member>,
  seconds: number | undefined,
  progress: Progress,
  context: ProjectContext
) =>
  Effect.gen(function* () {
    const { withPermits } = yield* Effect.makeSemaphore(atOnce(context))
    const one = (member: Member) => {
      const { record } = member
      const again = withVariables(project, restart(record, seconds === undefined ? {} : { seconds }))
      const hooked = beforeStop(project, member, context).pipe(
        Effect.zipRight(again),
        Effect.zipRight(afterStart(project, member, context))
      )
      return withPermits(1)(progress.change("Container", record.name, ["Restarting", "Started"], hooked))
    }
    yield* afterNeeds(project.services, new Set(members.map(({ service }) => service)), (name) =>
      Effect.forEach(
        members.filter(({ service }) => service === name),
        one,
        { concurrency: "unbounded", discard: true }
      )
    )
  })
