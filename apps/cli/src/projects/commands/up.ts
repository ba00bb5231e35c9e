import { withNeeds } from "@gantry/compose/service-order"
import type { Project, Service } from "@gantry/compose/Project"
import * as Effect from "effect/Effect"
import { up as table } from "../../argv/tables/projects/lifecycle.ts"
import { plain } from "../../commands/Usage.ts"
import { progressOf, defineProject, readProject, servicesOf, wantedServices } from "../define-project.ts"
import { makeServices } from "../make/make-services.ts"
import { serviceMembers } from "../life/members.ts"
import { allWell, startServices } from "../life/start-services.ts"
import { stayWith } from "../life/stay-with.ts"

/** Services whose output is shown. */
const shownServices = (
  project: Project,
  wanted: ReadonlyArray<Service>,
  all: ReadonlySet<string>,
  options: {
    readonly attach: ReadonlyArray<string>
    readonly attachDependencies: boolean
    readonly noAttach: ReadonlyArray<string>
  }
): ReadonlySet<string> => {
  const from =
    options.attach.length > 0 ? options.attach : options.attachDependencies ? [...all] : wanted.map(({ name }) => name)
  return new Set(from.filter((name) => !options.noAttach.includes(name) && (project.services[name]?.attach ?? true)))
}

/** `gantry compose up`. */
export default defineProject(table, ({ operands, options }, context) =>
  Effect.gen(function* () {
    const { terminal } = context
    const aborts = options.abortOnContainerExit || options.abortOnContainerFailure || options.exitCodeFrom !== undefined
    const detach = options.detach || options.wait
    if (detach && aborts) {
      return yield* plain(
        "--abort-on-container-exit and its kin cannot be combined with --detach or --wait",
        "leave out one of them"
      )
    }
    if (options.abortOnContainerExit && options.abortOnContainerFailure) {
      return yield* plain(
        "cannot combine --abort-on-container-failure and --abort-on-container-exit",
        "leave out one of them"
      )
    }
    const project = yield* readProject(context, operands)
    const wanted = yield* wantedServices(project, operands)
    if (options.exitCodeFrom !== undefined) yield* servicesOf(project, [options.exitCodeFrom])
    const progress = progressOf(context)
    const all = options.noDeps
      ? new Set(wanted.map(({ name }) => name))
      : withNeeds(
          project.services,
          wanted.map(({ name }) => name)
        )
    const names = [...all].filter((name) => Object.hasOwn(project.services, name))
    const since = BigInt(terminal.now()) * 1_000_000n
    const renewed = yield* makeServices(
      project,
      { wanted, names, options, renewVolumes: options.renewAnonVolumes, recreateNeeds: options.alwaysRecreateDeps },
      progress,
      context
    )
    if (options.noStart || progress.isDry) return 0
    yield* startServices(project, names, { renewed }, progress, context)
    if (options.wait) yield* allWell(project, names, options.waitTimeout, progress)
    if (detach) return 0
    const members = (yield* serviceMembers(project.name)).filter(({ service }) => all.has(service))
    const shown = shownServices(project, wanted, all, options)
    return yield* stayWith(
      project,
      {
        members,
        shown: members.filter(({ service }) => shown.has(service)),
        since,
        form: {
          colors: !options.noColor && context.globals.ansi !== "never",
          prefix: !options.noLogPrefix,
          timestamps: options.timestamps
        },
        abortOn: options.abortOnContainerFailure ? "failure" : aborts ? "exit" : undefined,
        codeFrom: options.exitCodeFrom,
        timeout: options.timeout
      },
      progress,
      context
    )
  })
)
