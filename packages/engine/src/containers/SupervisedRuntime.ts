import { mkdirSync, readFileSync, rmSync } from "node:fs"
import type { ProcessSpec } from "@gantry/core/runtime/ContainerSpec"
import { isFrozen } from "@gantry/linux/cgroup-frozen"
import { type CgroupLayout, detectCgroups } from "@gantry/linux/cgroup-layout"
import { Launcher } from "@gantry/core/runtime/Launcher"
import { isLive } from "@gantry/core/runtime/ContainerState"
import { Runtime, type RuntimeShape, type Session } from "@gantry/core/runtime/Runtime"
import { IsolationRefused, NotRunning, type RuntimeError } from "@gantry/core/runtime/RuntimeError"
import { Settings } from "@gantry/core/Settings"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { connectSupervisor, type Conversation } from "../supervisor/client.ts"
import { clearGroup, groupsBelow, joinGroup, openGroup, thawGroup } from "../supervisor/group.ts"
import type { Control, Event } from "../supervisor/protocol.ts"
import { type Job, longestSocketPath } from "../supervisor/job.ts"
import { type Launched, launch, type LaunchRequest } from "../supervisor/launch.ts"
import { makeOutputQueue } from "../supervisor/output-queue.ts"
import { readHealth } from "../supervisor/watch-health.ts"
import { currentState, isAlive, type ProcessMark, readState } from "../supervisor/state.ts"
import { clearEarlier, endProcess } from "./clear-earlier.ts"
import { groupVerbs } from "./group-verbs.ts"
import { ContainerRoots, openRoot } from "./ContainerRoots.ts"
import { refusal } from "./launch-error.ts"
import { isOrphaned, ownedName } from "./owned-name.ts"
import { sendSignal } from "./send-signal.ts"
import { lostExit, sessionOf, sessionOfLaunched } from "./session.ts"
import { clearHome, giveJob, lastWords, type OpenedSupervisor, openSupervisor } from "./supervisor-home.ts"

/** A process in a container that has the caller's own standard streams: nothing is copied on the way. */
export interface DirectExecShape {
  /**
   * Starts a process in a running container on the caller's descriptors 0 to 2: standard input only if asked, output
   * unless it is to be discarded. Not for terminals: those need a terminal of the container.
   */
  readonly exec: (
    id: string,
    process: ProcessSpec,
    options: { readonly stdin: boolean; readonly privileged: boolean; readonly discard: boolean }
  ) => Effect.Effect<Pick<Session, "exit" | "signal">, RuntimeError>
}

/** The service tag of {@link DirectExecShape}: an ability of local runtimes, for the CLI. */
export class DirectExec extends Context.Tag("@gantry/engine/DirectExec")<DirectExec, DirectExecShape>() {}

/** Control groups of what `perform` runs; they end with the performing process. */
const performKind = "perform"

const SIGKILL = 9

/** For what nobody tells of: whether a container in between two lives has got on. */
const pauseBetweenLooks = "20 millis"

/** How long a killed container may take to end before its supervisor is ended as well. */
const mostDying = "10 seconds"

/** Makes a whole runtime of a launcher: a supervisor for each container that outlives its starter. */
export const make = Effect.gen(function* () {
  const launcher = yield* Launcher
  const settings = yield* Settings
  const directoryOf = (id: string) => `${settings.root}/containers/${id}`
  const socketOf = (id: string) => `${settings.run}/${id.slice(0, 16)}.sock`
  const parentGroup = `gantry${settings.instance === "" ? "" : `-${settings.instance}`}`
  const groupOf = (id: string) => `${parentGroup}/${id}`

  const launching = (container: string, command: string, request: LaunchRequest) =>
    Effect.tryPromise({
      try: () => launch(request),
      catch: (cause) => new IsolationRefused({ container, stage: "launch", why: String(cause) })
    }).pipe(
      Effect.flatMap((outcome) =>
        outcome.type === "started" ? Effect.succeed(outcome) : Effect.fail(refusal(container, command, outcome))
      ),
      Effect.uninterruptible
    )

  const perform: RuntimeShape["perform"] = (spec, onOutput) =>
    Effect.acquireUseRelease(
      Effect.suspend(() => {
        mkdirSync(settings.run, { recursive: true, mode: 0o700 })
        return launching(spec.id, spec.process.argv[0] ?? "", {
          plan: launcher.launch(spec),
          stdin: false,
          wiring: spec.wiring,
          group: openGroup(groupOf(ownedName(performKind, spec.id.slice(0, 12))), spec),
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
            plan: launcher.launch(spec),
            stdin: true,
            wiring: spec.wiring,
            group: openGroup(groupOf(ownedName(performKind, spec.id.slice(0, 12))), spec),
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

  const warm: RuntimeShape["warm"] = (id) =>
    Effect.asVoid(
      Effect.acquireRelease(
        Effect.sync(() => waiting.set(id, openSupervisor(settings.self, settings.root, directoryOf(id)))),
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
      const job: Job = {
        spec,
        supervision,
        plan: launcher.launch(spec),
        socket: socketOf(spec.id),
        group: groupOf(spec.id)
      }
      if (Buffer.byteLength(job.socket) > longestSocketPath) {
        return yield* new IsolationRefused({
          container: spec.id,
          stage: "open socket",
          why: `${job.socket} is longer than ${longestSocketPath} bytes`
        })
      }
      yield* Effect.promise(() => clearEarlier(directory, job.group))
      const { conversation } = yield* Effect.acquireRelease(
        Effect.try({
          try: () => {
            const supervisor = waiting.get(spec.id) ?? openSupervisor(settings.self, settings.root, directory)
            waiting.delete(spec.id)
            try {
              giveJob(directory, job, supervisor)
            } catch (cause) {
              supervisor.conversation.close()
              throw cause
            }
            return supervisor
          },
          catch: (cause) =>
            new IsolationRefused({
              container: spec.id,
              stage: "write down what its supervisor is to do",
              why: cause instanceof Error ? cause.message : String(cause)
            })
        }),
        (supervisor) => Effect.sync(supervisor.conversation.close)
      )
      const event = yield* Effect.promise(() => conversation.event("started", "failed")).pipe(
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
    Effect.promise(() => connectSupervisor(socketOf(id))).pipe(
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

  const joining = (
    id: string,
    process: ProcessSpec,
    request: Pick<LaunchRequest, "stdin" | "inherit" | "onOutput"> & { readonly privileged: boolean }
  ): Effect.Effect<Launched, RuntimeError> =>
    Effect.flatMap(firstProcess(id), ({ pid }) => {
      const { privileged, ...streams } = request
      const { spec } = JSON.parse(readFileSync(`${directoryOf(id)}/job.json`, "utf8")) as Job
      return launching(id, process.argv[0] ?? "", {
        ...streams,
        plan: launcher.join(spec, pid, process, { privileged }),
        wiring: [],
        group: joinGroup(groupOf(id)),
        ...(process.tty ? { terminal: process.size === undefined ? {} : { size: process.size } } : {})
      })
    })

  const exec: RuntimeShape["exec"] = (id, process, options) =>
    Effect.gen(function* () {
      const output = makeOutputQueue()
      yield* Effect.addFinalizer(() => Effect.sync(output.end))
      const launched = yield* joining(id, process, { ...options, onOutput: output.offer })
      return sessionOfLaunched(launched, output)
    })

  const direct: DirectExecShape["exec"] = (id, process, { discard, privileged, stdin }) =>
    joining(id, process, {
      privileged,
      stdin: false,
      inherit: [stdin ? 0 : "ignore", discard ? "ignore" : 1, discard ? "ignore" : 2],
      onOutput: () => undefined
    }).pipe(
      Effect.map(({ ended, signal }) => ({
        exit: Effect.promise(() => ended),
        signal: (number: number) => Effect.sync(() => signal(number))
      }))
    )

  /** Ends the first process of a container whose supervisor is gone, and with it all others. */
  const endOrphan = (id: string): void => {
    const orphan = readState(directoryOf(id))?.process
    if (orphan === undefined || !isAlive(orphan)) return
    sendSignal(orphan, SIGKILL)
    // On cgroup v1 nothing dies while it stands still.
    thawGroup(groupOf(id))
  }

  let layout: CgroupLayout | undefined

  const state: RuntimeShape["state"] = (id) =>
    Effect.sync(() => {
      const now = currentState(directoryOf(id))
      // A first process that changed its user, or asked the kernel not to, has not died with its supervisor.
      if (now.status === "lost") endOrphan(id)
      // Asked of the kernel: whoever froze the container may have been killed before it could write that down.
      if (now.status !== "running") return now
      layout ??= detectCgroups()
      return { ...now, paused: isFrozen(layout, groupOf(id)) }
    })

  /** Asks a supervisor for something, and waits for its answer of that type; none when the container ended before. */
  const ask = <Type extends Event["type"]>(id: string, control: Control, answer: Type) =>
    Effect.scoped(
      Effect.acquireRelease(connect(id), (each) => Effect.sync(each.close)).pipe(
        Effect.flatMap((conversation) =>
          Effect.promise(() => {
            conversation.tell(control)
            return conversation.event(answer) as Promise<Extract<Event, { readonly type: Type }> | undefined>
          })
        )
      )
    )

  const standDown: RuntimeShape["standDown"] = (id) => Effect.ignore(ask(id, { type: "stand-down" }, "stands-down"))

  const update: RuntimeShape["update"] = (id, change) =>
    Effect.flatMap(
      ask(id, { type: "update", change }, "updated"),
      (answer): Effect.Effect<void, IsolationRefused | NotRunning> => {
        if (answer === undefined) return new NotRunning({ container: id })
        const { why } = answer
        return why === undefined
          ? Effect.void
          : new IsolationRefused({ container: id, stage: "change its limits", why })
      }
    )

  const changePorts: RuntimeShape["changePorts"] = (id) =>
    Effect.gen(function* () {
      const conversation = yield* Effect.acquireRelease(connect(id), (each) => Effect.sync(each.close))
      const asked = (control: Control) => Effect.promise(() => conversation.ask(control, "port-change-noted"))
      if ((yield* asked({ type: "begin-port-change" })) === undefined) return yield* new NotRunning({ container: id })
      // Whoever failed half-way says nothing, so that the supervisor has it put right.
      yield* Effect.addFinalizer((exit) => (Exit.isSuccess(exit) ? asked({ type: "port-change-done" }) : Effect.void))
      return (ports, address) =>
        Effect.gen(function* () {
          const wish: Control = { type: "hold-ports", ports, ...(address === undefined ? {} : { address }) }
          const answer = yield* Effect.promise(() => conversation.ask(wish, "ports-held"))
          if (answer === undefined) return yield* new NotRunning({ container: id })
          const { refused } = answer
          if (refused === undefined) return
          const { hostIp, hostPort, protocol } = refused.port
          const stage = `publish port ${hostIp}:${hostPort}/${protocol}`
          return yield* new IsolationRefused({ container: id, stage, why: refused.why })
        })
    })

  const wait: RuntimeShape["wait"] = (id) =>
    Effect.gen(function* () {
      for (let looks = 0; ; looks++) {
        const now = currentState(directoryOf(id))
        if (now.status === "exited") return now.exit
        if (now.status === "lost") return lostExit
        if (now.status === "created") {
          // Somebody has removed it meanwhile, and killed it for that.
          if (looks > 0) return lostExit
          return yield* new NotRunning({ container: id })
        }
        // Its end is written down before its door closes: who finds it closed looks again at once.
        if (looks > 1) yield* Effect.sleep(pauseBetweenLooks)
        const event = yield* Effect.scoped(
          Effect.acquireRelease(connect(id), (each) => Effect.sync(each.close)).pipe(
            Effect.flatMap((conversation) => Effect.promise(() => conversation.event("exited")))
          )
        ).pipe(Effect.catchTag("NotRunning", () => Effect.succeed(undefined)))
        if (event?.type === "exited") return event.exit
      }
    })

  const signalTo = (id: string, signal: number): Effect.Effect<void, NotRunning> =>
    Effect.flatMap(firstProcess(id), (process) =>
      sendSignal(process, signal) ? Effect.void : Effect.fail(new NotRunning({ container: id }))
    )

  /** Kills the first process, also one that is about to begin, until the container has ended. */
  const killed = (id: string): Effect.Effect<void> =>
    Effect.gen(function* () {
      while (isLive(currentState(directoryOf(id)))) {
        yield* Effect.ignore(signalTo(id, SIGKILL))
        // On cgroup v1 nothing dies while it stands still.
        thawGroup(groupOf(id))
        yield* Effect.timeoutOption(Effect.ignore(wait(id)), pauseBetweenLooks)
        if (currentState(directoryOf(id)).status === "restarting") yield* Effect.sleep(pauseBetweenLooks)
      }
    })

  const remove: RuntimeShape["remove"] = (id) =>
    Effect.gen(function* () {
      const directory = directoryOf(id)
      const group = groupOf(id)
      yield* Effect.promise(() => clearEarlier(directory, group))
      if (isLive(currentState(directory))) {
        yield* standDown(id)
        yield* Effect.timeoutOption(killed(id), mostDying)
      }
      const file = readState(directory)
      if (file !== undefined && isLive(file.state)) {
        // What a supervisor could not end, or did not live to end, goes with the whole group.
        yield* Effect.promise(() => endProcess(file.supervisor))
        yield* Effect.promise(() => clearGroup(group))
      }
      clearHome(directory)
      rmSync(socketOf(id), { force: true })
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
    wait,
    signal: signalTo,
    standDown,
    changePorts,
    update,
    health: (id) => Effect.sync(() => readHealth(directoryOf(id))),
    ...groupVerbs(firstProcess, groupOf),
    remove,
    sweep: Effect.promise(async () => {
      const orphans = groupsBelow(parentGroup).filter((name) => isOrphaned(performKind, name))
      await Promise.all(orphans.map((name) => clearGroup(groupOf(name))))
    }),
    // The group above all containers' groups stays when they go, because another start may be about to use it.
    reset: Effect.promise(() => clearGroup(groupOf("").replace(/\/$/, "")))
  }
  const roots = { open: openRoot({ firstProcess, hold: launcher.hold, launching }) }
  return { runtime, roots, direct: { exec: direct } satisfies DirectExecShape }
})

/** Provides `Runtime`, and what only local ones have beside it. */
export const layer: Layer.Layer<Runtime | DirectExec | ContainerRoots, never, Launcher | Settings> =
  Layer.effectContext(
    Effect.map(make, ({ direct, roots, runtime }) =>
      Context.make(Runtime, runtime).pipe(Context.add(DirectExec, direct), Context.add(ContainerRoots, roots))
    )
  )
