import type { Session } from "@gantry/core/runtime/Runtime"
import type { ExitStatus } from "@gantry/core/runtime/ContainerState"
import type { RuntimeError } from "@gantry/core/runtime/RuntimeError"
import { fstatSync } from "node:fs"
import { constants } from "node:os"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Runtime from "effect/Runtime"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { StreamName } from "./argv/values/words.ts"
import { heldKeys } from "./held-keys.ts"
import { proxiedSignals } from "./proxied-signals.ts"
import type { Terminal } from "./terminal.ts"

/** How a terminal and a session are joined. */
export interface AttachOptions {
  /** Standard input is passed on. */
  readonly stdin: boolean
  /** The process has a terminal: keys go to it one by one, and it learns of the window's size. */
  readonly tty: boolean
  /** Signals are passed on instead of ending this program. */
  readonly signals: boolean
  /** The streams of the process that are shown; both when absent. What is not shown is read all the same. */
  readonly shown?: ReadonlySet<StreamName>
  /** Bytes that end the conversation and leave the process running; empty for none. */
  readonly detachKeys: Uint8Array
}

/**
 * Joins this process' standard streams with a session until the process ends, or the user detaches: then none.
 *
 * The terminal is put back as it was, however this ends.
 */
export const attachSession = (
  session: Session,
  options: AttachOptions,
  terminal: Terminal
): Effect.Effect<Option.Option<ExitStatus>, RuntimeError> =>
  Effect.scoped(
    Effect.gen(function* () {
      const run = Runtime.runFork(yield* Effect.runtime<never>())
      const detached = yield* Deferred.make<void>()
      if (options.signals) yield* passSignals(session.signal)
      if (options.tty) yield* followSize(session, run, terminal)
      if (options.stdin) yield* passInput(session, options, run, terminal, detached)
      const show = Stream.runForEach(session.output, ({ bytes, stream }) =>
        Effect.sync(() => {
          if (options.shown?.has(stream) === false) return
          if (stream === "stdout") terminal.out(bytes)
          else terminal.err(bytes)
        })
      )
      const ended = Effect.map(Effect.zipRight(show, session.exit), Option.some)
      return yield* Effect.raceFirst(ended, Effect.as(Deferred.await(detached), Option.none<ExitStatus>()))
    })
  )

/**
 * Milliseconds that the first of the keys that detach waits for the next one. Whoever only wants it in the container, as
 * Ctrl-P in a shell, has it then.
 */
const detachPatience = 500

type Run = (effect: Effect.Effect<unknown>) => unknown

const listen = <Arguments extends ReadonlyArray<unknown>>(
  on: (listener: (...args: Arguments) => void) => void,
  off: (listener: (...args: Arguments) => void) => void,
  listener: (...args: Arguments) => void
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => on(listener)),
    () => Effect.sync(() => off(listener))
  )

/** Passes the signals that this process gets to another one while the scope is open. */
export const passSignals = (signal: Session["signal"]): Effect.Effect<void, never, Scope.Scope> =>
  Effect.flatMap(Effect.runtime<never>(), (runtime) =>
    Effect.forEach(
      proxiedSignals,
      (name) =>
        listen(
          (listener) => process.on(name, listener),
          (listener) => process.off(name, listener),
          () => void Runtime.runFork(runtime)(signal(constants.signals[name]))
        ),
      { discard: true }
    )
  )

const followSize = (session: Session, run: Run, terminal: Terminal): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    if (!terminal.stdoutIsTerminal) return
    yield* session.resize(terminal.size())
    yield* listen(
      (listener) => process.on("SIGWINCH", listener),
      (listener) => process.off("SIGWINCH", listener),
      () => void run(session.resize(terminal.freshSize()))
    )
  })

const passInput = (
  session: Session,
  { detachKeys, tty }: AttachOptions,
  run: Run,
  terminal: Terminal,
  detached: Deferred.Deferred<void>
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    if (tty && terminal.stdinIsTerminal) {
      const input = process.stdin
      yield* Effect.acquireRelease(
        Effect.promise(async () => {
          const [{ loadSyscalls }, { passOutputThrough }] = await Promise.all([
            import("@gantry/linux/load"),
            import("@gantry/linux/terminal-mode")
          ])
          const sys = await loadSyscalls()
          input.setRawMode(true)
          passOutputThrough(sys, 0)
        }),
        () => Effect.sync(() => input.setRawMode(false))
      )
    }
    const keys = heldKeys(tty ? detachKeys : new Uint8Array(), () => run(Deferred.succeed(detached, undefined)))
    if (isStream(0)) return yield* passStream(session, keys.filter)
    const input = process.stdin
    let last: Promise<void> = Promise.resolve()
    let patience: ReturnType<typeof setTimeout> | undefined
    const inOrder = (effect: Effect.Effect<void>): void => {
      input.pause()
      last = last.then(() => Effect.runPromise(effect)).then(() => void input.resume())
    }
    yield* listen(
      (listener) => input.on("data", listener),
      (listener) => input.off("data", listener),
      (piece: Uint8Array) => {
        clearTimeout(patience)
        inOrder(session.input(keys.filter(piece)))
        if (keys.isHolding()) patience = setTimeout(() => inOrder(session.input(keys.release())), detachPatience)
      }
    )
    yield* listen(
      (listener) => input.on("end", listener),
      (listener) => input.off("end", listener),
      () => inOrder(session.closeInput)
    )
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        clearTimeout(patience)
        input.pause()
      })
    )
  })

/** Whether a descriptor is a pipe or socket that Bun reads. */
const isStream = (fd: number): boolean => {
  if (!("Bun" in globalThis)) return false
  try {
    const stat = fstatSync(fd)
    return stat.isFIFO() || stat.isSocket()
  } catch {
    // It is closed.
    return false
  }
}

/**
 * Passes a pipe or socket on, one piece after the other. Not by the events of `process.stdin`: where it is paused when its
 * input ends, Bun now and then never tells of the end, and the command waits for ever.
 */
const passStream = (
  session: Session,
  filter: (piece: Uint8Array) => Uint8Array
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { standardInput } = yield* Effect.promise(() => import("@gantry/engine/supervisor/channel"))
    let wanted = true
    const pass = async (): Promise<void> => {
      for await (const piece of standardInput()) {
        if (!wanted) return
        await Effect.runPromise(session.input(filter(piece)))
      }
    }
    // A descriptor that cannot be read has ended as well.
    const end = (): unknown => (wanted ? Effect.runPromise(session.closeInput) : undefined)
    void pass().then(end, end)
    yield* Effect.addFinalizer(() => Effect.sync(() => void (wanted = false)))
  })
