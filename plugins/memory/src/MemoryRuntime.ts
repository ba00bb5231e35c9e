import type { ContainerSpec, ProcessSpec } from "@gantry/core/runtime/ContainerSpec"
import type { ContainerState, ExitStatus } from "@gantry/core/runtime/ContainerState"
import { type Output, Runtime, type RuntimeShape, type Session } from "@gantry/core/runtime/Runtime"
import { CommandNotFound, IsolationRefused, NotRunning, type RuntimeError } from "@gantry/core/runtime/RuntimeError"
import type { TreeChange, TreeEntry } from "@gantry/core/tree/TreeEntry"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { MemoryTrees } from "./MemoryTrees.ts"

/** What a command does, all of it decided before it starts. */
export interface Reply {
  readonly output: ReadonlyArray<Output>
  /** What it writes into the container's tree. */
  readonly changes: ReadonlyArray<TreeChange>
  readonly code: number
  /** When it ends: at once, when its standard input ends, or only when it is killed. */
  readonly ends: "at once" | "with input" | "never"
}

/** The tree of a container as its commands see it, by path. */
export type View = ReadonlyMap<string, TreeEntry>

/**
 * A command as a function of its words and of the tree: the same words on the same tree always do the same.
 * `processes` are the numbers of the container's processes, its own the last.
 */
export type Commands = (process: ProcessSpec, tree: View, processes: ReadonlyArray<number>) => Reply | undefined

/** What the runtime was asked to run, in order: for tests that care how a container is made. */
export class Recorded extends Context.Tag("@gantry/plugin-memory/Recorded")<
  Recorded,
  { readonly asked: Effect.Effect<ReadonlyArray<ContainerSpec>> }
>() {}

/** How to make the runtime. */
export interface MemoryRuntimeOptions {
  readonly commands: Commands
}

interface Process {
  readonly number: number
  readonly reply: Reply
  readonly exit: Deferred.Deferred<ExitStatus>
}

interface Container {
  readonly spec: ContainerSpec
  readonly processes: Set<Process>
  state: ContainerState
  /** What waits until the container goes on; absent while it does not stand still. */
  asleep?: Array<Effect.Effect<void>>
}

/** A runtime without a kernel, and what it was asked. Root file systems are those of the memory plugin's layer store. */
export const make = ({ commands }: MemoryRuntimeOptions) =>
  Effect.map(MemoryTrees, (trees) => {
    const containers = new Map<string, Container>()
    const asked: Array<ContainerSpec> = []

    const running = (id: string): Effect.Effect<Container, NotRunning> =>
      Effect.suspend(() => {
        const container = containers.get(id)
        return container?.state.status === "running"
          ? Effect.succeed(container)
          : Effect.fail(new NotRunning({ container: id }))
      })

    /** Ends a process; the first process takes all others with it. */
    const end = (container: Container, process: Process, code: number): Effect.Effect<void> =>
      Effect.gen(function* () {
        if (!container.processes.delete(process)) return
        const exit = { code, oomKilled: false }
        if (process.number === 1) {
          for (const other of container.processes) yield* end(container, other, 137)
          const finishedAt = yield* Clock.currentTimeMillis
          const startedAt = container.state.status === "running" ? container.state.startedAt : finishedAt
          container.state = { status: "exited", exit, startedAt, finishedAt }
        }
        yield* Deferred.succeed(process.exit, exit)
      })

    const spawn = (container: Container, spec: ProcessSpec): Effect.Effect<Process, RuntimeError> =>
      Effect.gen(function* () {
        const { id, root } = container.spec
        if (root.type !== "opaque") {
          return yield* new IsolationRefused({
            container: id,
            stage: "enter the root",
            why: `it is of type ${root.type}`
          })
        }
        const used = [...container.processes].map((each) => each.number)
        const number = Math.max(0, ...used) + 1
        const tree = yield* trees.view(root.id).pipe(Effect.mapError(refused(id)))
        const reply = commands(spec, tree, [...used, number])
        if (reply === undefined) return yield* new CommandNotFound({ container: id, command: spec.argv[0] ?? "" })
        yield* trees.write(root.id, reply.changes).pipe(Effect.mapError(refused(id)))
        const process: Process = { number, reply, exit: yield* Deferred.make<ExitStatus>() }
        container.processes.add(process)
        if (reply.ends === "at once") yield* end(container, process, reply.code)
        return process
      })

    const session = (container: Container, process: Process, output: ReadonlyArray<Output>): Session => ({
      output: Stream.concat(Stream.fromIterable(output), Stream.execute(Deferred.await(process.exit))),
      input: () => Effect.void,
      closeInput: Effect.suspend(() =>
        process.reply.ends === "with input"
          ? whenAwake(container, end(container, process, process.reply.code))
          : Effect.void
      ),
      resize: () => Effect.void,
      signal: (signal) =>
        harmless.has(signal) ? Effect.void : whenAwake(container, end(container, process, 128 + signal)),
      exit: Deferred.await(process.exit)
    })

    const create = (spec: ContainerSpec): Effect.Effect<readonly [Container, Process], RuntimeError> =>
      Effect.gen(function* () {
        asked.push(spec)
        const startedAt = yield* Clock.currentTimeMillis
        const container: Container = {
          spec,
          processes: new Set(),
          state: { status: "running", startedAt, paused: false }
        }
        containers.set(spec.id, container)
        const process = yield* Effect.onError(spawn(container, spec.process), () =>
          Effect.sync(() => void containers.delete(spec.id))
        )
        return [container, process] as const
      })

    /** What happens to a container that stands still happens when it goes on. */
    const whenAwake = (container: Container, what: Effect.Effect<void>): Effect.Effect<void> =>
      container.asleep === undefined ? what : Effect.sync(() => void container.asleep?.push(what))

    const first = (container: Container) => [...container.processes].find(({ number }) => number === 1)

    const remove = (id: string): Effect.Effect<void> =>
      Effect.suspend(() => {
        const container = containers.get(id)
        const process = container === undefined ? undefined : first(container)
        containers.delete(id)
        return container === undefined || process === undefined ? Effect.void : end(container, process, 137)
      })

    const runtime: RuntimeShape = {
      name: "memory",
      warm: () => Effect.void,
      sweep: Effect.void,
      reset: Effect.void,
      abilities: { hostMounts: false, networks: false, limits: false, exec: true, terminals: false, pause: true },
      converse: (spec) =>
        Effect.map(
          Effect.acquireRelease(create(spec), () => remove(spec.id)),
          ([container, process]) => session(container, process, process.reply.output)
        ),
      perform: (spec, onOutput) =>
        Effect.gen(function* () {
          const [container, process] = yield* create(spec)
          for (const piece of process.reply.output) onOutput(piece)
          // Its standard input is empty, so that what waits for the end of it has nothing to wait for.
          if (process.reply.ends === "with input") yield* end(container, process, process.reply.code)
          return yield* Deferred.await(process.exit)
        }).pipe(Effect.ensuring(remove(spec.id))),
      start: (spec, supervision) =>
        Effect.gen(function* () {
          const [container, process] = yield* create(spec)
          if (!supervision.stdin && process.reply.ends === "with input") {
            yield* end(container, process, process.reply.code)
          }
          return session(container, process, process.reply.output)
        }),
      attach: (id) =>
        Effect.flatMap(running(id), (container) => {
          const process = first(container)
          return process === undefined
            ? Effect.fail(new NotRunning({ container: id }))
            : Effect.succeed(session(container, process, []))
        }),
      exec: (id, spec, { stdin }) =>
        Effect.gen(function* () {
          const container = yield* running(id)
          const process = yield* spawn(container, spec)
          if (!stdin && process.reply.ends === "with input") yield* end(container, process, process.reply.code)
          return session(container, process, process.reply.output)
        }),
      state: (id) => Effect.sync(() => containers.get(id)?.state ?? { status: "created" }),
      wait: (id) =>
        Effect.suspend(() => {
          const container = containers.get(id)
          const process = container === undefined ? undefined : first(container)
          if (process !== undefined) return Deferred.await(process.exit)
          return container?.state.status === "exited"
            ? Effect.succeed(container.state.exit)
            : Effect.fail(new NotRunning({ container: id }))
        }),
      signal: (id, signal) =>
        Effect.flatMap(running(id), (container) => {
          const process = first(container)
          return process === undefined || harmless.has(signal)
            ? Effect.void
            : whenAwake(container, end(container, process, 128 + signal))
        }),
      // Nobody can reach anything here, so that nothing has to be held.
      changePorts: (id) => Effect.as(running(id), () => Effect.asVoid(running(id))),
      rewire: ({ id }) => Effect.asVoid(running(id)),
      standDown: () => Effect.succeed(false),
      update: (id) => Effect.asVoid(running(id)),
      health: () => Effect.succeed(undefined),
      processes: (id) =>
        Effect.map(running(id), ({ processes, spec, state }) =>
          [...processes].map(({ number }) => ({
            pid: number,
            parent: number === 1 ? 0 : 1,
            uid: 0,
            startedAt: state.status === "running" ? state.startedAt : 0,
            cpuMs: 0,
            terminal: "",
            argv: spec.process.argv
          }))
        ),
      usage: (id) =>
        Effect.map(running(id), ({ processes }) => ({
          memoryBytes: undefined,
          memoryLimitBytes: undefined,
          cpuNanoseconds: undefined,
          processes: processes.size,
          network: undefined,
          disk: undefined
        })),
      pause: (id) =>
        Effect.map(running(id), (container) => {
          container.asleep ??= []
          if (container.state.status === "running") container.state = { ...container.state, paused: true }
        }),
      resume: (id) =>
        Effect.flatMap(running(id), (container) => {
          const missed = container.asleep ?? []
          delete container.asleep
          if (container.state.status === "running") container.state = { ...container.state, paused: false }
          return Effect.all(missed, { discard: true })
        }),
      remove
    }
    return {
      runtime,
      asked: Effect.sync(() => [...asked]),
      /** Processes of a container that have not ended. */
      processes: (id: string) => Effect.sync(() => containers.get(id)?.processes.size ?? 0)
    }
  })

/** Signals that a process outlives unless it asks for them: the question whether it lives, CHLD, CONT, URG, WINCH. */
const harmless = new Set([0, 17, 18, 23, 28])

const refused = (container: string) => (cause: { readonly message: string }) =>
  new IsolationRefused({ container, stage: "enter the root", why: cause.message })

/** The runtime and what it was asked. */
export const layer = (options: MemoryRuntimeOptions): Layer.Layer<Runtime | Recorded, never, MemoryTrees> =>
  Layer.effectContext(
    Effect.map(make(options), ({ asked, runtime }) =>
      Context.make(Runtime, runtime).pipe(Context.add(Recorded, { asked }))
    )
  )
