import type { Project } from "@gantry/compose/Project"
import type { ServiceHook } from "@gantry/compose/ServiceHook"
import { Runtime } from "@gantry/core/runtime/Runtime"
import * as Effect from "effect/Effect"
import { plain, type Usage } from "../../commands/Usage.ts"
import type { Terminal } from "../../terminal.ts"
import type { Member } from "./members.ts"
import { runIn } from "./run-in.ts"

/** Is told what commands of a Compose file write in a container. */
export type OnHookLine = (member: Member, line: string) => void

interface HookContext {
  readonly terminal: Terminal
  readonly onLine?: OnHookLine | undefined
}

/** What became of commands: all ended well, one did not, or there was nothing left that they could run in. */
type Outcome = "done" | "gone"

const bad = (kind: "post_start" | "pre_stop", { record, service }: Member, why: string): Usage =>
  plain(
    `service ${service}: its ${kind} command failed in container ${record.name}: ${why}`,
    kind === "post_start"
      ? `the container runs; change the command in the Compose file, or try it: gantry compose exec ${service} …`
      : `the container still runs; gantry compose kill ${service} ends it without the command`
  )

const runAll = (
  kind: "post_start" | "pre_stop",
  member: Member,
  hooks: ReadonlyArray<ServiceHook>,
  { onLine, terminal }: HookContext
) =>
  Effect.gen(function* () {
    const { record } = member
    for (const hook of hooks) {
      const ran = yield* runIn(member, hook, (line) => onLine?.(member, line), terminal).pipe(
        Effect.catchTags({
          CommandNotFound: ({ message }) => bad(kind, member, message),
          CommandNotExecutable: ({ message }) => bad(kind, member, message),
          IsolationRefused: ({ message }) => bad(kind, member, message),
          BadOption: ({ message }) => bad(kind, member, message),
          NotRunning: () => Effect.succeed(undefined),
          WrongState: () => Effect.succeed(undefined)
        })
      )
      if (ran?.code === 0) continue
      const state = yield* (yield* Runtime).state(record.id)
      // It ended under the command, or stands still: nothing can be run in it.
      if (ran === undefined || state.status !== "running") return "gone" as Outcome
      const { code, lastLine } = ran
      return yield* bad(kind, member, `exit status ${code}${lastLine === "" ? "" : `, ${JSON.stringify(lastLine)}`}`)
    }
    return "done" as Outcome
  })

const hooksOf = (
  { disabled, services }: Pick<Project, "disabled" | "services">,
  { service }: Member,
  kind: "postStart" | "preStop"
): ReadonlyArray<ServiceHook> => (services[service] ?? disabled[service])?.[kind] ?? []

/** Runs what a service's file wants run in a container that was just started. Fails when a command does. */
export const afterStart = (project: Pick<Project, "disabled" | "services">, member: Member, context: HookContext) =>
  Effect.asVoid(runAll("post_start", member, hooksOf(project, member, "postStart"), context))

/**
 * Runs what a service's file wants run in a container that is going to be stopped. Fails when a command does; then the
 * container still runs. Does nothing for one that does not run, or that `compose run` made.
 */
export const beforeStop = (project: Pick<Project, "disabled" | "services">, member: Member, context: HookContext) =>
  member.oneOff ? Effect.void : Effect.asVoid(runAll("pre_stop", member, hooksOf(project, member, "preStop"), context))
