import { SIGKILL } from "@gantry/linux/constants"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { type ExitStatus, isLive } from "@gantry/core/runtime/ContainerState"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ContainerRecord } from "../containers/ContainerRecord.ts"
import { WrongState } from "../EngineError.ts"
import { containerEvent } from "../events/actors.ts"
import { record as tell } from "../events/Journal.ts"
import { end } from "./kill.ts"

/** How {@link stop} goes about it. */
export interface StopOptions {
  /** Grace time, the container's own when absent; negative waits for ever. */
  readonly seconds?: number
  /** Number of the first signal, the container's own when absent. */
  readonly signal?: number
}

/** Seconds that a killed container may take to end. */
const mostDying = 10

/**
 * Asks a container to end, and makes it end when it has not after its grace time. Succeeds at once when it does not run.
 * A container that is paused goes on, so that it can end. Fails with `WrongState` when not even SIGKILL has ended it: it
 * waits for a disk that does not answer, say.
 */
export const stop = (
  record: Pick<ContainerRecord, "id" | "imageName" | "labels" | "name" | "options">,
  { seconds = record.options.stopTimeout, signal = record.options.stopSignal }: StopOptions = {}
): Effect.Effect<Option.Option<ExitStatus>, WrongState, Runtime> =>
  Effect.gen(function* () {
    const runtime = yield* Runtime
    const alive = Effect.map(runtime.state(record.id), isLive)
    // One that was between two lives has told how the last one ended, and may have begun the next when it hears of this.
    const gone = Effect.gen(function* () {
      while (yield* alive) yield* Effect.sleep("10 millis")
    })
    const ended = Effect.option(runtime.wait(record.id)).pipe(
      Effect.zipLeft(gone),
      Effect.zipLeft(tell(containerEvent(record, "stop")))
    )
    if (!(yield* alive)) return Option.none()
    yield* Effect.ignore(end(record, { signal, ...(seconds < 0 ? {} : { killAfter: seconds * 1000 }) }))
    if (seconds < 0) return yield* ended
    const inTime = yield* Effect.timeoutOption(ended, `${seconds} seconds`)
    if (Option.isSome(inTime)) return inTime.value
    yield* Effect.ignore(end(record, { signal: SIGKILL }))
    const inTheEnd = yield* Effect.timeoutOption(ended, `${mostDying} seconds`)
    if (Option.isSome(inTheEnd)) return inTheEnd.value
    return yield* new WrongState({
      container: record.name,
      id: record.id,
      verb: "stop",
      why: `it has been killed and has not ended within ${mostDying} seconds`,
      hint: `look what it waits for (gantry top ${record.name}), or remove it with --force`
    })
  })
