import { beforeNeeds } from "@gantry/compose/in-order"
import type { Project } from "@gantry/compose/Project"
import { settleOrWarn } from "@gantry/engine/containers/settle"
import { kill } from "@gantry/engine/verbs/kill"
import { stop } from "@gantry/engine/verbs/stop"
import * as Effect from "effect/Effect"
import type { EngineServices } from "../../compose.ts"
import type { Failure } from "../../show/explain.ts"
import { atOnce, type ProjectContext } from "../define-project.ts"
import { beforeStop, type OnHookLine } from "./hooks.ts"
import { type Member, runs } from "./members.ts"
import type { Progress } from "../progress.ts"

/**
 * Does something to containers, to those of a service as soon as it is done to those of all services that need it; what is
 * of no service comes first.
 */
export const fromTheEnd = (
  project: Pick<Project, "services">,
  members: ReadonlyArray<Member>,
  context: ProjectContext,
  body: (member: Member) => Effect.Effect<unknown, Failure, EngineServices>
) =>
  Effect.gen(function* () {
    const { withPermits } = yield* Effect.makeSemaphore(atOnce(context))
    const all = (group: ReadonlyArray<Member>) =>
      Effect.forEach(group, (member) => withPermits(1)(body(member)), { concurrency: "unbounded", discard: true })
    yield* all(members.filter(({ service }) => !Object.hasOwn(project.services, service)))
    yield* beforeNeeds(project.services, Object.keys(project.services), (name) =>
      all(members.filter(({ service }) => service === name))
    )
  })

/** How containers are stopped. */
export interface StopWish {
  /** Before they are killed; their own time when absent. */
  readonly seconds?: number | undefined
  /** Is told what commands before a stop write. */
  readonly onHookLine?: OnHookLine
}

/** Stops what runs of some containers, those of a service before those of what it needs. */
export const stopMembers = (
  project: Pick<Project, "disabled" | "services">,
  members: ReadonlyArray<Member>,
  { onHookLine, seconds }: StopWish,
  progress: Progress,
  context: ProjectContext
) =>
  fromTheEnd(project, members.filter(runs), context, (member) => {
    const { record } = member
    const stopping = Effect.zipRight(stop(record, seconds === undefined ? {} : { seconds }), settleOrWarn(record))
    const before = beforeStop(project, member, { terminal: context.terminal, onLine: onHookLine })
    return progress.change("Container", record.name, ["Stopping", "Stopped"], Effect.zipRight(before, stopping))
  })

/** Sends a signal to what runs of some containers. */
export const killMembers = (
  members: ReadonlyArray<Member>,
  signal: number,
  progress: Progress,
  context: ProjectContext
) =>
  Effect.forEach(
    members.filter(runs),
    ({ record }) => progress.change("Container", record.name, ["Killing", "Killed"], kill(record, signal)),
    { concurrency: atOnce(context), discard: true }
  )
