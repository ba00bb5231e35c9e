import { SIGKILL } from "@gantry/linux/constants"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { type ExitStatus, isLive } from "@gantry/core/runtime/ContainerState"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ContainerRecord } from "../containers/ContainerRecord.ts"
import { containerEvent } from "../events/actors.ts"
import { record as tell } from "../events/Journal.ts"
import { kill } from "./kill.ts"

/** How {@link stop} goes about it. */
export interface StopOptions {
  /** Grace time, the container's own when absent; negative waits for ever. */
  readonly seconds?: number
  /** Number of the first signal, the container's own when absent. */
  readonly signal?: number
}

/**
 * Asks a container to end, and makes it end when it has not after its grace time. Succeeds at once when it does not run.
 * A container that is paused goes on, so that it can end.
 */
export const stop = (
  record: Pick<ContainerRecord, "id" | "imageName" | "labels" | "name" | "options">,
  { seconds = record.options.stopTimeout, signal = record.options.stopSignal }: StopOptions = {}
): Effect.Effect<Option.Option<ExitStatus>, never, Runtime> =>
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
    yield* runtime.standDown(record.id)
    yield* Effect.ignore(kill(record, signal))
    if (seconds < 0) return yield* ended
    const inTime = yield* Effect.timeoutOption(ended, `${seconds} seconds`)
    if (Option.isSome(inTime)) return inTime.value
    yield* Effect.ignore(kill(record, SIGKILL))
    return yield* ended
  })
