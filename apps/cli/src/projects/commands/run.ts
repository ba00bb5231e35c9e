import { randomBytes } from "node:crypto"
import { serviceHash } from "../make/service-hash.ts"
import { withNeeds } from "@gantry/compose/service-order"
import { Images } from "@gantry/engine/images/Images"
import { create } from "@gantry/engine/verbs/create"
import { remove } from "@gantry/engine/verbs/remove"
import { start } from "@gantry/engine/verbs/start"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { run as table } from "../../argv/tables/projects/working.ts"
import { defaultDetachKeys } from "../../argv/values/detach-keys.ts"
import { createContext } from "../../commands/create-context.ts"
import { withKeptLimits } from "../../commands/kept-limits.ts"
import { Usage } from "../../commands/Usage.ts"
import { stay } from "../../commands/stay.ts"
import { asWritten } from "../make/build-words.ts"
import { defineProject, progressOf, readProject, servicesOf } from "../define-project.ts"
import { containerLabels } from "../labels.ts"
import { makeServices, nothingAsked, pullWish } from "../make/make-services.ts"
import { afterStart } from "../life/hooks.ts"
import { membersAmong, serviceMembers } from "../life/members.ts"
import { withVariables } from "../project-variables.ts"
import { ensureNetworks, ensureVolumes } from "../make/project-parts.ts"
import { ensureImages } from "../make/service-images.ts"
import { serviceForOnce, volumesForOnce, wordsForOnce } from "../make/service-for-once.ts"
import { volumesOf } from "../make/service-mounts.ts"
import { imageOf, serviceOptions } from "../make/service-options.ts"
import { satisfyNeeds, startServices } from "../life/start-services.ts"

/** `gantry compose run`. */
export default defineProject(table, ({ operands: [name = "", ...command], options }, context) =>
  Effect.gen(function* () {
    const { terminal } = context
    if (options.servicePorts && options.publish.length > 0) {
      return yield* new Usage({
        message: "--service-ports and --publish are incompatible",
        hint: "leave out one of them",
        status: 1,
        speaker: "plain"
      })
    }
    const project = yield* readProject(context, [name])
    const [service] = yield* servicesOf(project, [name])
    if (service === undefined) return 1
    const progress = progressOf(
      options.quiet ? { ...context, globals: { ...context.globals, progress: "quiet" } } : context
    )
    const pull = yield* pullWish(options.pull)
    const needs = options.noDeps ? [] : [...withNeeds(project.services, [name])].filter((each) => each !== name)
    const quietPull = options.quietPull || options.quiet
    const making = { ...nothingAsked, pull: options.pull, quietPull, removeOrphans: options.removeOrphans }
    const renewed = yield* makeServices(
      project,
      { wanted: [], names: needs, options: making, renewVolumes: false, recreateNeeds: false },
      progress,
      context
    )
    yield* startServices(project, needs, { renewed }, progress, context)
    const asked = { ...asWritten, quiet: options.quietBuild || options.quiet }
    yield* ensureImages(
      project,
      [service],
      {
        build: options.build ? "all" : "missing",
        ...(pull === undefined ? {} : { pull }),
        quietPull,
        asked
      },
      progress,
      context
    )
    yield* ensureNetworks(project, new Set(Object.keys(service.networks)), progress, context)
    yield* ensureVolumes(
      project,
      new Set([...volumesOf(service), ...volumesForOnce(project, options)]),
      progress,
      context
    )
    if (progress.isDry) return 0
    const members = yield* serviceMembers(project.name)
    if (!options.noDeps) yield* satisfyNeeds(service, members, progress)
    const tty = !options.noTty && !options.detach && terminal.stdinIsTerminal && terminal.stdoutIsTerminal
    const once = yield* serviceForOnce(service, command, tty, options)
    const image = yield* (yield* Images).find(imageOf(project, service))
    const detach = options.detach || !options.interactive
    const wished = yield* serviceOptions(
      project,
      once,
      {
        name: options.name ?? `${project.name}-${name}-run-${randomBytes(6).toString("hex")}`,
        image: imageOf(project, service),
        labels: containerLabels(project, once, {
          hash: serviceHash(project, once),
          image: image.id,
          number: 1,
          oneOff: true
        }),
        ids: new Map(members.map(({ record, service: of }) => [of, record.id])),
        answers: options.useAliases,
        detach,
        words: wordsForOnce(options, project, terminal.cwd)
      },
      project.environment
    )
    const record = yield* withVariables(project, create(withKeptLimits(wished, terminal.err), createContext(terminal)))
    const session = yield* withVariables(project, start(record, { stays: !options.detach })).pipe(
      Effect.onError(() =>
        options.rm ? Effect.ignore(Effect.forkDaemon(remove(record, { force: true, volumes: true }))) : Effect.void
      )
    )
    const [member] = yield* membersAmong([record])
    const hooks = member === undefined ? Effect.void : afterStart(project, member, context)
    if (options.detach) {
      yield* hooks
      terminal.out(`${record.name}\n`)
      return 0
    }
    const hooking = yield* Effect.fork(hooks)
    const status = yield* stay(
      record,
      session,
      { stdin: options.interactive, sigProxy: true, detachKeys: defaultDetachKeys },
      terminal
    )
    yield* Fiber.join(hooking)
    return status
  }).pipe(Effect.scoped)
)
