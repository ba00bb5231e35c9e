import { randomBytes } from "node:crypto"
import { Runtime, type Session } from "@gantry/core/runtime/Runtime"
import type { RuntimeError } from "@gantry/core/runtime/RuntimeError"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { ContainerRecord } from "../containers/ContainerRecord.ts"
import { containerEvent } from "../events/actors.ts"
import { record as tell } from "../events/Journal.ts"
import { execProcess, type ExecRequest } from "../containers/exec-process.ts"
import { DirectExec } from "../containers/DirectExec.ts"
import { requireRunning } from "../containers/require-running.ts"
import { BadOption, type WrongState } from "../EngineError.ts"

/** Starts a process in a running container. The image's ENTRYPOINT has no part in it. */
export const exec = (
  record: ContainerRecord,
  request: ExecRequest
): Effect.Effect<Session, BadOption | WrongState | RuntimeError, Runtime | Scope.Scope> =>
  Effect.gen(function* () {
    yield* check(record, request)
    const runtime = yield* Runtime
    return yield* told(record, request, runtime.exec(record.id, execProcess(record.spec, request), request))
  })

/**
 * The same on the caller's own standard streams, for processes without a terminal. Undefined, and nothing is started,
 * when the runtime that serves cannot: {@link exec} can.
 */
export const execDirectly = (
  record: ContainerRecord,
  request: ExecRequest,
  { discard }: { readonly discard: boolean }
): Effect.Effect<
  Pick<Session, "exit" | "signal"> | undefined,
  BadOption | WrongState | RuntimeError,
  DirectExec | Runtime
> =>
  Effect.gen(function* () {
    const direct = yield* DirectExec
    if (direct.exec === undefined) return undefined
    yield* check(record, request)
    const { privileged, stdin } = request
    const process = direct.exec(record.id, execProcess(record.spec, request), { privileged, stdin, discard })
    return yield* told(record, request, process)
  })

/** Tells of a process that is started, and of its end when somebody waits for that. */
const told = <Process extends Pick<Session, "exit">, E, R>(
  record: ContainerRecord,
  { argv }: ExecRequest,
  starting: Effect.Effect<Process, E, R>
): Effect.Effect<Process, E, R> =>
  Effect.gen(function* () {
    const execID = randomBytes(32).toString("hex")
    const command = argv.join(" ")
    yield* tell(containerEvent(record, `exec_create: ${command}`, { execID }))
    const process = yield* starting
    yield* tell(containerEvent(record, `exec_start: ${command}`, { execID }))
    const exit = yield* Effect.cached(
      Effect.tap(process.exit, ({ code }) =>
        tell(containerEvent(record, "exec_die", { execID, exitCode: String(code) }))
      )
    )
    return { ...process, exit }
  })

const check = (
  record: ContainerRecord,
  { workdir }: ExecRequest
): Effect.Effect<void, BadOption | WrongState, Runtime> =>
  Effect.gen(function* () {
    if (workdir !== undefined && !workdir.startsWith("/")) {
      return yield* new BadOption({
        option: `working directory ${JSON.stringify(workdir)}`,
        why: "it needs to be an absolute path"
      })
    }
    yield* requireRunning(record, { verb: "exec in", paused: false })
  })
