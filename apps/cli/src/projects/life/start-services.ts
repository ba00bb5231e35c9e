import { withVariables } from "../project-variables.ts"
import { afterNeeds } from "@gantry/compose/in-order"
import type { Dependency, Project, Service } from "@gantry/compose/Project"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { isLive } from "@gantry/core/runtime/ContainerState"
import { unpause } from "@gantry/engine/verbs/pause"
import { restart } from "@gantry/engine/verbs/restart"
import { ensureStarted } from "@gantry/engine/verbs/start"
import { waitFor } from "@gantry/engine/verbs/wait-for"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { plain } from "../../commands/Usage.ts"
import type { EngineServices } from "../../compose.ts"
import type { Failure } from "../../show/explain.ts"
import { atOnce, type ProjectContext } from "../define-project.ts"
import { endOf } from "./end-of.ts"
import { afterStart, beforeStop, type OnHookLine } from "./hooks.ts"
import { type Member, runs, serviceMembers } from "./members.ts"
import type { Progress } from "../progress.ts"

/** Pause between looks at what is waited for, in milliseconds. */
const pace = 100

/** Waits until a container is healthy, or until it runs when nobody looks at its health. One that ended may start again. */
const untilWell = ({ record }: Pick<Member, "record">) =>
  Effect.gen(function* () {
    const runtime = yield* Runtime
    const isLooked = record.options.health !== undefined
    const hint = `gantry logs ${record.name} shows what it wrote`
    for (;;) {
      yield* waitFor(record, isLooked ? ["healthy", "unhealthy", "exited"] : ["running", "exited"], pace)
      const state = yield* runtime.state(record.id)
      if (!isLive(state)) {
        const code = state.status === "exited" ? ` (${state.exit.code})` : ""
        return yield* plain(`container ${record.name} exited${code}`, hint)
      }
      if (state.status === "restarting") continue
      if (state.health === "unhealthy") return yield* plain(`container ${record.name} is unhealthy`, hint)
      if (!isLooked || state.health === "healthy") return
    }
  })

/** Waits until a container has ended, and ended well. */
const untilDone = (member: Member) =>
  Effect.flatMap(endOf(member), (code) =>
    code === 0
      ? Effect.void
      : plain(
          `service "${member.service}" didn't complete successfully: exit ${code}`,
          `gantry logs ${member.record.name} shows what it wrote`
        )
  )

/** Waits until a container that is needed is healthy; it must have a health check. */
const untilHealthy = (member: Member, service: Service) =>
  Effect.gen(function* () {
    const { record, service: need } = member
    if (record.options.health === undefined) {
      return yield* plain(
        `dependency failed to start: container ${record.name} has no healthcheck configured`,
        `service ${service.name} waits until ${need} is healthy: give ${need} a healthcheck`
      )
    }
    yield* Effect.catchTag(untilWell(member), "Usage", ({ message, hint = "" }) =>
      plain(`dependency failed to start: ${message}`, hint)
    )
  })

/** Waits until what a service needs is as it needs it. What it can do without is waited for, too, and may fail. */
const satisfied = (
  service: Service,
  need: string,
  { condition, required }: Dependency,
  members: ReadonlyArray<Member>,
  progress: Progress
) => {
  const met = Effect.forEach(
    condition === "service_started" ? [] : members,
    (member) =>
      condition === "service_healthy"
        ? progress.step("Container", member.record.name, ["Waiting", "Healthy"], untilHealthy(member, service))
        : progress.step("Container", member.record.name, ["Waiting", "Exited"], untilDone(member)),
    { concurrency: "unbounded", discard: true }
  )
  return required
    ? met
    : Effect.catchTag(met, "Usage", ({ message }) =>
        Effect.sync(() => progress.say(`optional dependency ${JSON.stringify(need)} of ${service.name}: ${message}`))
      )
}

/** Waits until all that a service needs is as it needs it. */
export const satisfyNeeds = (service: Service, members: ReadonlyArray<Member>, progress: Progress) =>
  Effect.forEach(
    Object.entries(service.dependsOn),
    ([need, dependency]) =>
      satisfied(
        service,
        need,
        dependency,
        members.filter((member) => member.service === need),
        progress
      ),
    { concurrency: "unbounded", discard: true }
  )

/** Whether a service says that it is restarted with one of these. */
export const restartsWith = ({ dependsOn }: Service, names: ReadonlySet<string>): boolean =>
  Object.entries(dependsOn).some(([need, { restart: with_ }]) => with_ && names.has(need))

/** Which services are started, and what else. */
export interface StartWish {
  /** Services whose containers were made anew: what says so in its `depends_on` is restarted with them. */
  readonly renewed: ReadonlySet<string>
  /** What is done about each container once it runs; it may have been running. */
  readonly onStart?: (member: Member) => Effect.Effect<void>
  /** Is told what commands after a start write. */
  readonly onHookLine?: OnHookLine
}

/**
 * Starts the containers of services that do not run, each once all that it needs is as it must be. Those that are paused
 * go on.
 */
export const startServices = (
  project: Project,
  names: ReadonlyArray<string>,
  { onHookLine, onStart, renewed }: StartWish,
  progress: Progress,
  context: ProjectContext
) =>
  Effect.gen(function* () {
    if (progress.isDry) return
    const members = yield* serviceMembers(project.name)
    const { withPermits } = yield* Effect.makeSemaphore(atOnce(context))
    const of = (name: string) => members.filter(({ service }) => service === name)
    const one = (service: Service) =>
      Effect.gen(function* () {
        const own = of(service.name)
        const idle = own.filter((member) => !runs(member))
        // Those that run had what they need.
        if (idle.length > 0) yield* satisfyNeeds(service, members, progress)
        const restarts = restartsWith(service, renewed)
        const done = (
          member: Member,
          words: readonly [string, string],
          body: Effect.Effect<void, Failure, EngineServices>
        ) => progress.step("Container", member.record.name, words, withVariables(project, body))
        const hooked = { terminal: context.terminal, onLine: onHookLine }
        const told = (member: Member) => (onStart === undefined ? Effect.void : onStart(member))
        const start = (member: Member) => {
          // Its output is shown while commands are run in it.
          const started = Effect.zipRight(told(member), afterStart(project, member, hooked))
          if (!runs(member)) {
            return done(member, ["Starting", "Started"], Effect.zipRight(ensureStarted(member.record), started))
          }
          if (restarts) {
            const again = Effect.zipRight(beforeStop(project, member, hooked), restart(member.record))
            return done(member, ["Restarting", "Restarted"], Effect.zipRight(again, started))
          }
          const isPaused = member.state.status === "running" && member.state.paused
          const goesOn = isPaused ? done(member, ["Unpausing", "Unpaused"], unpause(member.record)) : Effect.void
          return Effect.zipRight(goesOn, told(member))
        }
        yield* Effect.forEach(own, (member) => withPermits(1)(start(member)), {
          concurrency: "unbounded",
          discard: true
        })
      })
    yield* afterNeeds(project.services, names, (name) => {
      const service = project.services[name]
      return service === undefined ? Effect.void : one(service)
    })
  })

/** Whether another service waits until this one has done its work. */
export const isToEnd = (project: Project, name: string): boolean =>
  Object.values(project.services).some(
    ({ dependsOn }) => dependsOn[name]?.condition === "service_completed_successfully"
  )

/**
 * Waits until all containers of services run, or are healthy where somebody looks, or have ended well where a service
 * waits for that. Fails after `limit` seconds.
 */
export const allWell = (project: Project, names: Iterable<string>, limit: number | undefined, progress: Progress) =>
  Effect.gen(function* () {
    const wanted = new Set(names)
    const members = (yield* serviceMembers(project.name)).filter(({ service }) => wanted.has(service))
    const waiting = Effect.forEach(
      members,
      (member) => {
        const { name, options } = member.record
        if (isToEnd(project, member.service)) {
          return progress.step("Container", name, ["Waiting", "Exited"], untilDone(member))
        }
        const word = options.health === undefined ? "Running" : "Healthy"
        return progress.step("Container", name, ["Waiting", word], untilWell(member))
      },
      { concurrency: "unbounded", discard: true }
    )
    if (limit === undefined || limit <= 0) return yield* waiting
    const done = yield* Effect.timeoutOption(waiting, `${limit} seconds`)
    if (Option.isNone(done)) {
      return yield* plain(`application not healthy after ${limit}s`, "gantry compose ps shows how each container fares")
    }
  })
