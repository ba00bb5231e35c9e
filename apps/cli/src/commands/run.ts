import { Runtime } from "@gantry/core/runtime/Runtime"
import { remove } from "@gantry/engine/verbs/remove"
import { start } from "@gantry/engine/verbs/start"
import { logs } from "@gantry/engine/containers/Logs"
import { newId } from "@gantry/engine/containers/new-id"
import { SupervisorAhead } from "@gantry/engine/containers/SupervisorAhead"
import { waitReady } from "@gantry/engine/verbs/wait-ready"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { run as table } from "../argv/tables/run.ts"
import { defaultDetachKeys, parseDetachKeys } from "../argv/values/detach-keys.ts"
import { parseLongDuration } from "../argv/values/long-duration.ts"
import { everywhereNotice } from "../show/ports.ts"
import type { Terminal } from "../terminal.ts"
import { attachedTo } from "./attached-to.ts"
import { cidFile } from "./cid-file.ts"
import { createContext } from "./create-context.ts"
import { define } from "./define.ts"
import { fetching } from "./fetching.ts"
import { withKeptLimits } from "./kept-limits.ts"
import { makeContainer } from "./make-container.ts"
import { optionalOf } from "./read-values.ts"
import { runOptions } from "./run-options.ts"
import { stay } from "./stay.ts"
import { timedRun } from "./timed-run.ts"
import { attachedAndDetached, badValue, notTerminal } from "./Usage.ts"

/** Lines of the log that tell why a container did not become ready. */
const shownLines = 10

const lastLines = (id: string, terminal: Terminal) =>
  Stream.runForEach(logs(id, { tail: shownLines, follow: false }), ({ bytes }) =>
    Effect.sync(() => terminal.err(bytes))
  ).pipe(Effect.ignore)

/** Does something in a fiber of its own, and waits for it: what may be interrupted in it would be, at the end of one that was. */
const apart = <R>(effect: Effect.Effect<unknown, unknown, R>): Effect.Effect<void, never, R> =>
  Effect.asVoid(Effect.flatMap(Effect.forkDaemon(effect), Fiber.await))

/** `gantry run`: create, start, and stay until it ends unless `-d`. */
export default define(
  table,
  ({ given, operands, options }, { terminal }) =>
    Effect.gen(function* () {
      const keys = (yield* optionalOf("--detach-keys", options.detachKeys, parseDetachKeys)) ?? defaultDetachKeys
      const attached = yield* attachedTo(options)
      const stdin = attached.has("stdin") && !options.detach
      const wished = yield* runOptions(options, operands, !stdin, { env: terminal.env, cwd: terminal.cwd })
      if (options.detach && given.has("attach")) return yield* attachedAndDetached
      if (stdin && options.tty && !terminal.stdinIsTerminal) return yield* notTerminal
      const patience = yield* optionalOf("--wait", options.wait, parseLongDuration)
      if (patience !== undefined && !options.detach) return yield* badValue("--wait goes with -d")
      const finishCid = yield* cidFile(options.cidfile)
      const timed = yield* timedRun(options, terminal)
      const ahead = yield* Effect.serviceOption(SupervisorAhead)
      const id = Option.match(ahead, { onNone: newId, onSome: (each) => each.id })
      const go = Effect.gen(function* () {
        // A supervisor and the container's first process load their program while the rest is made.
        yield* (yield* Runtime).warm(id, { stdin: wished.stdin, tty: options.tty })
        const record = yield* makeContainer(
          withKeptLimits(wished, terminal.err),
          { ...createContext(terminal), id, fetching: fetching(terminal, options.quiet) },
          options.replace
        )
        yield* finishCid(record.id)
        const session = yield* start(record, { stays: !options.detach }).pipe(
          // Docker keeps a container that could not be started, unless it was to be removed anyway; by a Ctrl-C, too.
          Effect.onError(() =>
            wished.autoRemove ? apart(remove(record, { force: true, volumes: true })) : Effect.void
          ),
          // A script that keeps the ID can look at it, or take it away.
          Effect.tapErrorCause(() => Effect.sync(() => options.detach && terminal.out(`${record.id}\n`)))
        )
        if (timed !== undefined) yield* timed.started(record)
        if (options.detach) {
          terminal.out(`${record.id}\n`)
          // For people: a script that reads both streams expects what docker writes.
          if (terminal.program === "gantry" && terminal.stderrIsTerminal) {
            terminal.err(everywhereNotice(record.options.ports))
          }
          if (patience === undefined) return 0
          yield* waitReady(record, patience).pipe(Effect.tapError(() => lastLines(record.id, terminal)))
          return 0
        }
        // Somebody who is shown nothing learns at least which container it is.
        if (!attached.has("stdout") && !attached.has("stderr")) terminal.out(`${record.id}\n`)
        return yield* stay(
          record,
          timed?.watched(session) ?? session,
          { stdin, sigProxy: options.sigProxy, detachKeys: keys, shown: attached },
          terminal
        )
      })
      if (timed === undefined) return yield* go
      return yield* timed.stopwatch.traced(Effect.ensuring(go, timed.tell))
    }).pipe(Effect.scoped),
  125
)
