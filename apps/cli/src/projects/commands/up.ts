import { withNeeds } from "@gantry/compose/service-order"
import type { Project, Service } from "@gantry/compose/Project"
import * as Effect from "effect/Effect"
import { up as table } from "../../argv/tables/projects/lifecycle.ts"
import type { Values } from "../../argv/Option.ts"
import { plain } from "../../commands/Usage.ts"
import { progressOf, defineProject, readProject, servicesOf, wantedServices } from "../define-project.ts"
import { makeServices } from "../make/make-services.ts"
import { serviceMembers } from "../life/members.ts"
import { allWell, startServices } from "../life/start-services.ts"
import { stayWith } from "../life/stay-with.ts"

/** Options that contradict each other, in docker compose's words. */
const clashOf = (options: Values<(typeof table)["options"]>): string | undefined => {
  const { abortOnContainerExit, abortOnContainerFailure, alwaysRecreateDeps, attach, attachDependencies } = options
  const shows = attachDependencies || attach.length > 0
  const stopsOnExit = abortOnContainerExit || (options.exitCodeFrom !== undefined && !abortOnContainerFailure)
  if (stopsOnExit && abortOnContainerFailure) {
    return "--abort-on-container-failure cannot be combined with --abort-on-container-exit"
  }
  if (options.wait && (shows || stopsOnExit || abortOnContainerFailure)) {
    return "--wait cannot be combined with --abort-on-container-exit, --attach or --attach-dependencies"
  }
  if (options.detach && (shows || stopsOnExit || abortOnContainerFailure)) {
    return "--detach cannot be combined with --abort-on-container-exit, --abort-on-container-failure, --attach or --attach-dependencies"
  }
  if (options.detach && options.watch) return "--detach and --watch cannot be combined"
  if (options.wait && options.watch) return "--wait and --watch cannot be combined"
  if (attachDependencies && attach.length > 0) return "cannot combine --attach and --attach-dependencies"
  if (options.noRecreate && options.renewAnonVolumes) {
    return "--no-recreate and --renew-anon-volumes are incompatible"
  }
  if (options.noRecreate && alwaysRecreateDeps) return "--always-recreate-deps and --no-recreate are incompatible"
  return undefined
}

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

/** Loaded here: few stay to watch. */
const watching = Effect.promise(() => import("../watch/watch-project.ts"))

/** `gantry compose up`. */
export default defineProject(table, ({ operands, options }, context) =>
  Effect.gen(function* () {
    const { terminal } = context
    const aborts = options.abortOnContainerExit || options.abortOnContainerFailure || options.exitCodeFrom !== undefined
    const detach = options.detach || options.wait
    const clash = clashOf(options)
    if (clash !== undefined) return yield* plain(clash, "leave out one of them")
    const project = yield* readProject(context, operands)
    const wanted = yield* wantedServices(project, operands)
    if (options.exitCodeFrom !== undefined) yield* servicesOf(project, [options.exitCodeFrom])
    if (options.watch) {
      yield* (yield* watching).requireWatched(wanted)
      const rebuilt = wanted.find(({ develop }) => develop?.some(({ action }) => action === "rebuild"))
      if (options.noBuild && rebuilt !== undefined) {
        return yield* plain(
          `--no-build is incompatible with watch action rebuild in service ${rebuilt.name}`,
          "leave out --no-build, or --watch"
        )
      }
    }
    const progress = progressOf(context)
    const all = options.noDeps
      ? new Set(wanted.map(({ name }) => name))
      : withNeeds(
          project.services,
          wanted.map(({ name }) => name)
        )
    const names = [...all]
    const strangers = options.attach.filter((name) => !all.has(name))
    if (strangers.length > 0) {
      return yield* plain(
        `cannot attach to services not included in up: ${strangers.join(", ")}`,
        `services that are: ${names.join(", ")}`
      )
    }
    const since = BigInt(terminal.now()) * 1_000_000n
    const renewed = yield* makeServices(
      project,
      { wanted, names, options, renewVolumes: options.renewAnonVolumes, recreateNeeds: options.alwaysRecreateDeps },
      progress,
      context
    )
    if (options.noStart || progress.isDry) return 0
    if (detach) {
      yield* startServices(project, names, { renewed }, progress, context)
      if (options.wait) yield* allWell(project, names, options.waitTimeout, progress)
      return 0
    }
    const members = (yield* serviceMembers(project.name)).filter(({ service }) => all.has(service))
    const shown = shownServices(project, wanted, all, options)
    const { exitCodeFrom } = options
    const watched = new Set([
      ...wanted.map(({ name }) => name),
      ...shown,
      ...(exitCodeFrom === undefined ? [] : [exitCodeFrom])
    ])
    return yield* stayWith(
      project,
      {
        members,
        starting: (wish) => startServices(project, names, { ...wish, renewed }, progress, context),
        watched: members.filter(({ service }) => watched.has(service)),
        shown: members.filter(({ service }) => shown.has(service)),
        since,
        form: {
          colors: !options.noColor && context.globals.ansi !== "never",
          prefix: !options.noLogPrefix,
          timestamps: options.timestamps
        },
        abortOn: options.abortOnContainerFailure ? "failure" : aborts ? "exit" : undefined,
        codeFrom: exitCodeFrom,
        beside: options.watch
          ? (hands) =>
              Effect.flatMap(watching, ({ watchProject }) =>
                watchProject(project, wanted, { hands, prune: true, quiet: options.quietBuild }, progress, context)
              )
          : undefined,
        timeout: options.timeout
      },
      progress,
      context
    )
  })
)
