import { withNeeds } from "@gantry/compose/service-order"
import type { Project } from "@gantry/compose/Project"
import { isLive } from "@gantry/core/runtime/ContainerState"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { remove as removeContainer } from "@gantry/engine/verbs/remove"
import { SIGKILL } from "@gantry/linux/constants"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { parse } from "../../argv/parse.ts"
import * as tables from "../../argv/tables/projects/lifecycle.ts"
import { signalOf } from "../../commands/signal-option.ts"
import { plain } from "../../commands/Usage.ts"
import { settleOrphans } from "../make/orphans.ts"
import { atOnce, defineProject, progressOf } from "../define-project.ts"
import { meantMembers, meantServices } from "../life/meant.ts"
import { type Member, runs, serviceMembers } from "../life/members.ts"
import { restartMembers, withRestarted } from "../life/restart-services.ts"
import { allWell, startServices } from "../life/start-services.ts"
import { killMembers, stopMembers } from "../life/stop-services.ts"
import { typedCommand } from "../typed-command.ts"

const none = (project: Project) =>
  plain(`project ${project.name} has no containers of these services`, "gantry compose up -d makes and starts them")

/** `gantry compose start`. */
export const start = defineProject(tables.start, ({ operands, options }, context) =>
  Effect.gen(function* () {
    const { members, names, project } = yield* meantMembers(context, operands)
    if (members.length === 0) return yield* none(project)
    const progress = progressOf(context)
    const all = [...withNeeds(project.services, names)]
    yield* startServices(project, all, { renewed: new Set() }, progress, context)
    if (options.wait) yield* allWell(project, names, options.waitTimeout, progress)
    return 0
  })
)

/** `gantry compose stop`. */
export const stop = defineProject(tables.stop, ({ operands, options }, context) =>
  Effect.gen(function* () {
    const { members, project } = yield* meantMembers(context, operands)
    yield* stopMembers(project, members, { seconds: options.timeout }, progressOf(context), context)
    return 0
  })
)

/** `gantry compose restart`. */
export const restart = defineProject(tables.restart, ({ operands, options }, context) =>
  Effect.gen(function* () {
    const { names, project } = yield* meantServices(context, operands)
    const all = options.noDeps ? names : withRestarted(project, names)
    const members = (yield* serviceMembers(project.name)).filter(({ service }) => all.has(service))
    if (members.length === 0) return yield* none(project)
    yield* restartMembers(project, members, options.timeout, progressOf(context), context)
    return 0
  })
)

/** `gantry compose kill`. */
export const kill = defineProject(tables.kill, ({ operands, options }, context) =>
  Effect.gen(function* () {
    const { members, project } = yield* meantMembers(context, operands)
    const progress = progressOf(context)
    const signal = (yield* signalOf(options.signal)) ?? SIGKILL
    yield* killMembers(members, signal, progress, context)
    if (options.removeOrphans) yield* settleOrphans(project, { wish: "remove" }, progress, context)
    return 0
  })
)

/** `gantry compose rm`. */
export const remove = defineProject(tables.remove, ({ operands, options }, context) =>
  Effect.gen(function* () {
    const { names, project } = yield* meantServices(context, operands)
    const progress = progressOf(context)
    const mine = Effect.map(serviceMembers(project.name), (all) => all.filter(({ service }) => names.has(service)))
    if (options.stop) yield* stopMembers(project, yield* mine, {}, progress, context)
    const idle = (yield* mine).filter((member) => !runs(member))
    if (idle.length === 0) {
      context.terminal.err("No stopped containers\n")
      return 0
    }
    if (!options.force && context.terminal.stdinIsTerminal) {
      const { ask } = yield* Effect.promise(() => import("../../ask.ts"))
      const isSure = yield* ask(
        `Going to remove ${idle.map(({ record }) => record.name).join(", ")}\nAre you sure? [y/N] `,
        context.terminal
      )
      if (!isSure) return 0
    }
    yield* Effect.forEach(
      idle,
      ({ record }) =>
        progress.change(
          "Container",
          record.name,
          ["Removing", "Removed"],
          Effect.catchTag(
            removeContainer(record, { force: false, volumes: options.volumes }),
            "NoSuchContainer",
            () => Effect.void
          )
        ),
      { concurrency: atOnce(context), discard: true }
    )
    return 0
  })
)

const running = (members: ReadonlyArray<Member>): ReadonlyArray<string> =>
  members.filter(runs).map(({ record }) => record.name)

/** `gantry compose pause`. */
export const pause = defineProject(tables.pause, ({ operands }, context) =>
  Effect.gen(function* () {
    const names = running((yield* meantMembers(context, operands)).members)
    return names.length === 0 ? 0 : yield* typedCommand("pause", names, context)
  })
)

/** `gantry compose unpause`. */
export const unpause = defineProject(tables.unpause, ({ operands }, context) =>
  Effect.gen(function* () {
    const { members } = yield* meantMembers(context, operands)
    const paused = members.flatMap(({ record, state }) =>
      state.status === "running" && state.paused ? [record.name] : []
    )
    return paused.length === 0 ? 0 : yield* typedCommand("unpause", paused, context)
  })
)

/** `gantry compose wait`: prints the exit code of each, and ends with that of the first. */
export const wait = defineProject(tables.wait, ({ operands, options }, context) =>
  Effect.gen(function* () {
    const { members, project } = yield* meantMembers(context, operands)
    if (members.length === 0) return yield* none(project)
    const runtime = yield* Runtime
    const endOf = ({ record }: Member) =>
      Effect.gen(function* () {
        const exit = yield* Effect.option(runtime.wait(record.id))
        const state = yield* runtime.state(record.id)
        const code = Option.isSome(exit)
          ? exit.value.code
          : state.status === "exited"
            ? state.exit.code
            : isLive(state)
              ? 0
              : 137
        return code
      })
    if (options.downProject) {
      const first = yield* Effect.raceAll(members.map(endOf))
      context.terminal.out(`${first}\n`)
      const { default: down } = yield* Effect.promise(() => import("./down.ts"))
      const { command, run } = down(context.globals)
      const parsed = parse(command, ["down"], [])
      if (parsed.ok) yield* run(parsed.value, context)
      return first
    }
    const codes = yield* Effect.forEach(members, endOf, { concurrency: "unbounded" })
    for (const code of codes) context.terminal.out(`${code}\n`)
    return codes[0] ?? 0
  })
)
