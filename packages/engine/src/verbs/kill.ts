import { SIGKILL } from "@gantry/linux/constants"
import type { IsolationRefused, NotRunning } from "@gantry/core/runtime/RuntimeError"
import { isLive } from "@gantry/core/runtime/ContainerState"
import { type Ending, Runtime, type RuntimeShape } from "@gantry/core/runtime/Runtime"
import * as Effect from "effect/Effect"
import type { ContainerRecord } from "../containers/ContainerRecord.ts"
import { WrongState } from "../EngineError.ts"
import { containerEvent } from "../events/actors.ts"
import { record as tell } from "../events/Journal.ts"

/**
 * Whether a container that gets this signal from the user is not to be started again when it ends, now or later: as in
 * Docker, measured. Any signal is meant as its end unless a signal was said that is; one that is to run unless it was
 * stopped has been stopped by any.
 */
export const meansEnd = (
  { restart, stopSignal, stopSignalSaid }: ContainerRecord["options"],
  signal: number
): boolean =>
  stopSignalSaid !== true || signal === stopSignal || signal === SIGKILL || restart?.policy === "unless-stopped"

/**
 * Sends a signal to a container's first process, by number. A container is not started again after a signal that
 * {@link meansEnd}, which is all there is to do of one between two lives; one that is paused goes on: it could not act
 * on the signal. Fails with `WrongState` when it does not run.
 */
export const kill = (record: Killed, signal: number): Killing =>
  meansEnd(record.options, signal) ? end(record, { signal }) : send(record, signal, () => Effect.succeed(false))

/** The same for what is meant as its end, whatever the signal. */
export const end = (record: Killed, ending: Ending): Killing =>
  send(record, ending.signal, ({ standDown }) => standDown(record.id, ending))

type Killed = Pick<ContainerRecord, "id" | "imageName" | "labels" | "name" | "options">

type Killing = Effect.Effect<void, IsolationRefused | NotRunning | WrongState, Runtime>

/** `first`: who sends the signal, if somebody else does. */
const send = (record: Killed, signal: number, first: (runtime: RuntimeShape) => Effect.Effect<boolean>): Killing =>
  Effect.gen(function* () {
    const runtime = yield* Runtime
    const { id, name } = record
    const before = yield* runtime.state(id)
    if (!isLive(before)) {
      const hint = `start it first: gantry start ${name}`
      return yield* new WrongState({ container: name, id, verb: "kill", why: "container is not running", hint })
    }
    yield* tell(containerEvent(record, "kill", { signal: String(signal) }))
    if (!(yield* first(runtime))) {
      yield* runtime
        .signal(id, signal)
        .pipe(Effect.catchTag("NotRunning", (gone) => (before.status === "restarting" ? Effect.void : gone)))
    }
    // Asked now: somebody may have paused it since.
    const state = yield* runtime.state(id)
    if (state.status !== "running" || !state.paused) return
    // The groups of containers that have just ended are held fast while what is left in them is killed.
    yield* Effect.catchTag(runtime.resume(id), "NotRunning", () => Effect.void)
  })
