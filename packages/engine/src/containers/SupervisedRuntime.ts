import { SIGKILL } from "@gantry/linux/constants"
import { mkdirSync } from "node:fs"
import { isFrozen } from "@gantry/linux/cgroup-frozen"
import { type CgroupLayout, detectCgroups } from "@gantry/linux/cgroup-layout"
import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import { Launcher } from "@gantry/core/runtime/Launcher"
import { Runtime, type RuntimeShape, type StreamsAsked } from "@gantry/core/runtime/Runtime"
import { IsolationRefused, NotRunning } from "@gantry/core/runtime/RuntimeError"
import { Settings } from "@gantry/core/Settings"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { containersGroup, groupFor, groupOf as groupIn } from "./containers-group.ts"
import { connectSupervisor, type Conversation } from "../supervisor/client.ts"
import { clearGroup, groupsBelow, openGroup, thawGroup } from "../supervisor/group.ts"
import { directing } from "../supervisor/direct.ts"
import { launch, type LaunchRequest } from "../supervisor/launch.ts"
import type { OpenedLaunch } from "../supervisor/open-launch.ts"
import { makeOutputQueue } from "../supervisor/output-queue.ts"
import { readHealth } from "../supervisor/watch-health.ts"
import { isAlive, lookAt, type ProcessMark, readState } from "../supervisor/state.ts"
import { clearEarlier } from "./clear-earlier.ts"
import { directoryOf as containerDirectory } from "./directory-of.ts"
import { DirectExec } from "./DirectExec.ts"
import { endVerbs } from "./end-verbs.ts"
import { execVerbs } from "./exec-verbs.ts"
import { groupVerbs } from "./group-verbs.ts"
import { JoinAhead } from "./JoinAhead.ts"
import { ContainerRoots, openRoot } from "./ContainerRoots.ts"
import { refusal } from "./launch-error.ts"
import { isOrphaned, ownedName } from "./owned-name.ts"
import { makeJob } from "./make-job.ts"
import { sendSignal } from "./send-signal.ts"
import { sessionOf, sessionOfLaunched } from "./session.ts"
import { giveJob, jobIn, lastWords, type OpenedSupervisor, openSupervisor } from "./supervisor-home.ts"
import { SupervisorAhead } from "./SupervisorAhead.ts"
import { supervisorVerbs } from "./supervisor-verbs.ts"
import { wakeSupervisor } from "./wake-supervisor.ts"

/** Control groups of what `perform` runs; they end with the performing process. */
const performKind = "perform"

/** Makes a whole runtime of a launcher: a supervisor for each container that outlives its starter. */
export const make = Effect.gen(function* () {
  const launcher = yield* Launcher
  const settings = yield* Settings
  const directoryOf = (id: string) => containerDirectory(settings.root, id)
  const socketOf = (id: string) => `${settings.run}/${id.slice(0, 16)}.sock`
  const parentGroup = containersGroup(settings)
  const groupOf = (id: string) => groupIn(settings, id)

  const directs = launcher.sequences === undefined ? undefined : directing(launcher.sequences)

  const launching = (container: string, command: string, request: LaunchRequest, ahead?: OpenedLaunch) =>
    Effect.tryPromise({
      try: () => launch(request, ahead, directs),
      catch: (cause) => new IsolationRefused({ container, stage: "launch", why: String(cause) })
    }).pipe(
      Effect.flatMap((outcome) =>
        outcome.type === "started" ? Effect.succeed(outcome) : Effect.fail(refusal(container, command, outcome))
      ),
      Effect.uninterruptible
    )

  /** For what ends with this process. */
  const grouped = (spec: ContainerSpec) => {
    const group = `${parentGroup}/${ownedName(performKind, spec.id.slice(0, 12))}`
    return { plan: launcher.launch(spec, group), group: openGroup(group, spec) }
  }

  const perform: RuntimeShape["perform"] = (spec, onOutput) =>
    Effect.acquireUseRelease(
      Effect.suspend(() => {
        mkdirSync(settings.run, { recursive: true, mode: 0o700 })
        return launching(spec.id, spec.process.argv[0] ?? "", {
          ...grouped(spec),
          stdin: false,
          wiring: spec.wiring,
          onOutput
        })
      }),
      ({ ended }) => Effect.promise(() => ended),
      ({ ended, signal }) =>
        Effect.promise(() => {
          signal(SIGKILL)
          return ended
        })
    )

  const converse: RuntimeShape["converse"] = (spec) =>
    Effect.gen(function* () {
      const output = makeOutputQueue()
      yield* Effect.addFinalizer(() => Effect.sync(output.end))
      const launched = yield* Effect.acquireRelease(
        Effect.suspend(() =>
          launching(spec.id, spec.process.argv[0] ?? "", {
            ...grouped(spec),
            stdin: true,
            wiring: spec.wiring,
            onOutput: output.offer,
            ...(spec.process.tty
              ? { terminal: spec.process.size === undefined ? {} : { size: spec.process.size } }
              : {})
          })
        ),
        ({ ended, signal }) =>
          Effect.promise(() => {
            signal(SIGKILL)
            // Whoever is not read any more must not be waited for.
            output.unbounded()
            return ended
          })
      )
      return sessionOfLaunched(launched, output)
    })

  const waiting = new Map<string, OpenedSupervisor>()
  const ahead = yield* Effect.serviceOption(SupervisorAhead)
  if (Option.isSome(ahead)) waiting.set(ahead.value.id, ahead.value.supervisor)

  const open = (id: string, { stdin, tty }: StreamsAsked): OpenedSupervisor => {
    const { usual } = launcher
    const likely = usual === undefined ? undefined : { plan: usual, terminal: tty, stdin }
    return openSupervisor(settings.self, settings.root, directoryOf(id), likely)
  }

  const warm: RuntimeShape["warm"] = (id, streams) =>
    Effect.asVoid(
      Effect.acquireRelease(
        // What goes wrong here goes wrong again in the start, which can say so.
        Effect.ignore(Effect.try(() => waiting.has(id) || waiting.set(id, open(id, streams)))),
        () =>
          Effect.sync(() => {
            // Nothing was started: the supervisor that waits in vain is let go.
            waiting.get(id)?.conversation.close()
            waiting.delete(id)
          })
      )
    )

  const start: RuntimeShape["start"] = (spec, supervision) =>
    Effect.gen(function* () {
      const directory = directoryOf(spec.id)
      const group = groupFor(settings, spec)
      const socket = socketOf(spec.id)
      const { job, texts } = yield* makeJob(spec, { group, launch: launcher.launch, socket, supervision })
      yield* Effect.promise(() => clearEarlier(directory, job.group))
      const { conversation, steer } = yield* Effect.acquireRelease(
        Effect.try({
          try: () => {
            const supervisor =
              waiting.get(spec.id) ?? open(spec.id, { tty: spec.process.tty, stdin: supervision.stdin })
            waiting.delete(spec.id)
            const given = { directing: directs, texts }
            try {
              return { conversation: supervisor.conversation, steer: giveJob(directory, job, supervisor, given) }
            } catch (cause) {
              supervisor.conversation.close()
              throw cause
            }
          },
          catch: (cause) =>
            new IsolationRefused({
              container: spec.id,
              stage: "write down what its supervisor is to do",
              why: cause instanceof Error ? cause.message : String(cause)
            })
        }),
        (begun) => Effect.sync(begun.conversation.close)
      )
      const event = yield* Effect.promise(async () => {
        await steer?.()
        // Nobody could hand them over later.
        if (texts.size > 0) await conversation.event("secrets-held", "failed")
        return conversation.event("started", "failed")
      }).pipe(
        // Nobody would know what came of it.
        Effect.onInterrupt(() => Effect.promise(() => clearEarlier(directory, job.group)))
      )
      if (event?.type === "failed") return yield* refusal(spec.id, spec.process.argv[0] ?? "", event)
      if (event === undefined) {
        const why = lastWords(directory)
        return yield* new IsolationRefused({ container: spec.id, stage: "start supervisor", why })
      }
      return sessionOf(spec.id, conversation, {
        signal: (signal) => signalTo(spec.id, signal),
        state: state(spec.id)
      })
    })

  const attach: RuntimeShape["attach"] = (id, { claim } = { claim: false }) =>
    Effect.gen(function* () {
      const conversation = yield* Effect.acquireRelease(connect(id), (each) => Effect.sync(each.close))
      if (claim) conversation.tell({ type: "claim-cleanup" })
      conversation.tell({ type: "attach" })
      return sessionOf(id, conversation, { signal: (signal) => signalTo(id, signal), state: state(id) })
    })

  const connect = (id: string): Effect.Effect<Conversation, NotRunning> =>
    Effect.promise(() => {
      wakeSupervisor(directoryOf(id))
      return connectSupervisor(socketOf(id))
    }).pipe(
      Effect.filterOrFail(
        (conversation) => conversation !== undefined,
        () => new NotRunning({ container: id })
      )
    )

  /** The first process of a running container. */
  const firstProcess = (id: string): Effect.Effect<ProcessMark, NotRunning> =>
    Effect.suspend(() => {
      const file = readState(directoryOf(id))
      return file?.process !== undefined && isAlive(file.process)
        ? Effect.succeed(file.process)
        : Effect.fail(new NotRunning({ container: id }))
    })

  /** Ends the first process of a container whose supervisor is gone, and with it all others. */
  const endOrphan = (id: string, orphan: ProcessMark): void => {
    if (!isAlive(orphan)) return
    sendSignal(orphan, SIGKILL)
    // On cgroup v1 nothing dies while it stands still.
    thawGroup(groupOf(id))
  }

  let layout: CgroupLayout | undefined

  const state: RuntimeShape["state"] = (id) =>
    Effect.sync(() => {
      const { orphan, state: now } = lookAt(directoryOf(id))
      // A first process that changed its user, or asked the kernel not to, has not died with its supervisor.
      if (orphan !== undefined) endOrphan(id, orphan)
      // Asked of the kernel: whoever froze the container may have been killed before it could write that down.
      if (now.status !== "running") return now
      layout ??= detectCgroups()
      return { ...now, paused: isFrozen(layout, groupOf(id)) }
    })

  const signalTo = (id: string, signal: number): Effect.Effect<void, NotRunning> =>
    Effect.flatMap(firstProcess(id), (process) => {
      if (!sendSignal(process, signal)) return new NotRunning({ container: id })
      // Whoever waits for the end that this may bring hears of it from the supervisor.
      wakeSupervisor(directoryOf(id))
      return Effect.void
    })

  // What only its start knew stays as it is: other containers that it joins, devices of the host.
  const asked = supervisorVerbs(connect, ({ files, id, wiring }) => {
    const { group, spec } = jobIn(directoryOf(id))
    return launcher.launch({ ...spec, files, wiring }, group)
  })
  const { direct, exec } = execVerbs({
    ahead: Option.getOrUndefined(yield* Effect.serviceOption(JoinAhead)),
    connect,
    directoryOf,
    firstProcess,
    groupOf,
    join: launcher.join,
    launching
  })

  const runtime: RuntimeShape = {
    name: launcher.name,
    abilities: launcher.abilities,
    perform,
    converse,
    warm,
    start,
    attach,
    exec,
    state,
    signal: signalTo,
    ...asked,
    health: (id) => Effect.sync(() => readHealth(directoryOf(id))),
    ...groupVerbs(firstProcess, groupOf),
    ...endVerbs({ connect, directoryOf, groupOf, signal: signalTo, socketOf, standDown: asked.standDown }),
    sweep: Effect.promise(async () => {
      const orphans = groupsBelow(parentGroup).filter((name) => isOrphaned(performKind, name))
      await Promise.all(orphans.map((name) => clearGroup(`${parentGroup}/${name}`)))
    }),
    // The group above all containers' groups stays when they go, because another start may be about to use it.
    reset: Effect.promise(() => clearGroup(parentGroup))
  }
  const roots = { open: openRoot({ firstProcess, hold: launcher.hold, launching }) }
  return { runtime, roots, direct }
})

/** Provides `Runtime`, and what only local ones have beside it. */
export const layer: Layer.Layer<Runtime | DirectExec | ContainerRoots, never, Launcher | Settings> =
  Layer.effectContext(
    Effect.map(make, ({ direct, roots, runtime }) =>
      Context.make(Runtime, runtime).pipe(Context.add(DirectExec, direct), Context.add(ContainerRoots, roots))
    )
  )
