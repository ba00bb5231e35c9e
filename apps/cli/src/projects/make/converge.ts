import { withVariables } from "../project-variables.ts"
import { serviceHash } from "./service-hash.ts"
import { afterNeeds } from "@gantry/compose/in-order"
import type { Project, Service } from "@gantry/compose/Project"
import { Images } from "@gantry/engine/images/Images"
import { create } from "@gantry/engine/verbs/create"
import { rename } from "@gantry/engine/verbs/rename"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { EngineServices } from "../../compose.ts"
import type { Failure } from "../../show/explain.ts"
import { createContext } from "../../commands/create-context.ts"
import { withKeptLimits } from "../../commands/kept-limits.ts"
import { atOnce, type ProjectContext } from "../define-project.ts"
import { containerLabels, label } from "../labels.ts"
import { beforeStop } from "../life/hooks.ts"
import { type Member, runs, serviceMembers } from "../life/members.ts"
import { firstOf, isNamedAtFirst, nameAtFirst, planService, type Recreation } from "./plan-service.ts"
import { takeAway } from "./take-away.ts"
import { isTorn } from "./shared-containers.ts"
import type { Progress } from "../progress.ts"
import { containerName, imageOf, serviceOptions } from "./service-options.ts"

/** How containers are brought to what the Compose files say. */
export interface ConvergeWish {
  /** By service. */
  readonly recreation: (service: string) => Recreation
  /** How many containers, where it is not what the file says. */
  readonly scale: ReadonlyMap<string, number>
  /** Containers that are made anew get new anonymous volumes. */
  readonly renewVolumes: boolean
  /** Seconds before a container is killed; its own when absent. */
  readonly timeout?: number
}

/** The ID of a service's image; its name when it is not there, in a dry run. */
const imageId = (name: string) =>
  Effect.flatMap(Images, ({ find }) =>
    Effect.map(Effect.option(find(name)), Option.match({ onNone: () => name, onSome: ({ id }) => id as string }))
  )

/**
 * Makes, remakes and removes containers until there are those that are wished for, without starting any. Services come
 * after those they need.
 */
export const converge = (
  project: Project,
  names: ReadonlyArray<string>,
  wish: ConvergeWish,
  progress: Progress,
  context: ProjectContext
) =>
  Effect.gen(function* () {
    const { terminal } = context
    const before = yield* serviceMembers(project.name)
    const ids = new Map<string, string>()
    for (const { record, service } of before.toReversed()) ids.set(service, record.id)
    const renewed = new Set<string>()
    const { withPermits } = yield* Effect.makeSemaphore(atOnce(context))
    const all = (steps: ReadonlyArray<Effect.Effect<void, Failure, EngineServices>>) =>
      Effect.forEach(steps, withPermits(1), { concurrency: "unbounded", discard: true })

    const makeOne = (
      service: Service,
      { hash, image }: { readonly hash: string; readonly image: string },
      number: number,
      isFirst: boolean,
      old?: Member
    ) =>
      Effect.gen(function* () {
        const name = containerName(project, service, number)
        // The earlier one keeps its name, and runs, until it is certain that there is another in its place.
        const atFirst = old === undefined ? name : nameAtFirst(old, name)
        const options = yield* serviceOptions(
          project,
          service,
          {
            name: atFirst,
            image: imageOf(project, service),
            labels: containerLabels(project, service, { hash, image, number, oneOff: false }),
            ...(old === undefined || wish.renewVolumes ? {} : { before: old.record }),
            ids,
            answers: true,
            detach: true
          },
          terminal.env
        )
        if (progress.isDry) return
        const record = yield* withVariables(
          project,
          create(withKeptLimits(options, terminal.err), createContext(terminal))
        )
        if (old !== undefined) {
          yield* takeAway(old, { timeout: wish.timeout, volumes: wish.renewVolumes })
          yield* rename(record, name)
        }
        // Of several it is always the first whose namespaces others share.
        if (isFirst) ids.set(service.name, record.id)
      })

    const serviceDone = (service: Service) =>
      Effect.gen(function* () {
        const identity = { hash: serviceHash(project, service), image: yield* imageId(imageOf(project, service)) }
        const members = before.filter((member) => member.service === service.name)
        const plan = planService(
          members,
          {
            scale: wish.scale.get(service.name) ?? service.scale,
            ...identity,
            recreation: wish.recreation(service.name),
            isTorn: (member) => isTorn(service, member, ids, renewed)
          },
          label
        )
        const first = firstOf(plan)
        const kept = plan.keep.find(({ number }) => number === first)
        if (kept !== undefined) ids.set(service.name, kept.record.id)
        if (plan.recreate.length > 0) renewed.add(service.name)
        const away = (member: Member, farewell: Effect.Effect<void, Failure, EngineServices>, volumes: boolean) =>
          progress.change(
            "Container",
            member.record.name,
            ["Removing", "Removed"],
            Effect.zipRight(farewell, takeAway(member, { timeout: wish.timeout, volumes }))
          )
        // Anonymous volumes that the one in its place does not have as well are nobody's.
        const hasHeir = ({ number }: Member) => [...plan.keep, ...plan.recreate].some((each) => each.number === number)
        yield* all(plan.clear.map((member) => away(member, Effect.void, hasHeir(member))))
        for (const member of [...plan.keep, ...plan.recreate]) {
          const name = containerName(project, service, member.number)
          if (isNamedAtFirst(member) && member.record.name.endsWith(`_${name}`) && !progress.isDry) {
            yield* rename(member.record, name)
          }
        }
        for (const member of plan.keep) {
          if (runs(member)) progress.note("Container", member.record.name, "Running")
        }
        const removing = plan.remove.map((member) => away(member, beforeStop(project, member, context), false))
        const recreating = plan.recreate.map((old) =>
          progress.step(
            "Container",
            old.record.name,
            ["Recreate", "Recreated"],
            makeOne(service, identity, old.number, old.number === first, old)
          )
        )
        const creating = plan.create.map((number) =>
          progress.step(
            "Container",
            containerName(project, service, number),
            ["Creating", "Created"],
            makeOne(service, identity, number, number === first)
          )
        )
        yield* all([...removing, ...recreating, ...creating])
      })

    yield* afterNeeds(project.services, names, (name) => {
      const service = project.services[name]
      return service === undefined ? Effect.void : serviceDone(service)
    })
    return renewed as ReadonlySet<string>
  })
