import { SIGKILL } from "@gantry/linux/constants"
import { Runtime, type Session } from "@gantry/core/runtime/Runtime"
import type { ContainerRecord } from "@gantry/engine/containers/ContainerRecord"
import { settleOrWarn } from "@gantry/engine/containers/settle"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { bad, good, type Result } from "../argv/Result.ts"
import { parseLongDuration } from "../argv/values/long-duration.ts"
import type { Terminal } from "../terminal.ts"
import { slowest, timingJson, timingLines } from "../timings/show.ts"
import { StartTooSlow } from "../timings/StartTooSlow.ts"
import { makeStopwatch, type Stopwatch } from "../timings/stopwatch.ts"
import { optionalOf } from "./read-values.ts"

/** `--timings` and `--max-startup` of a run. */
export interface TimedRun {
  readonly stopwatch: Stopwatch
  /** Kills the container and fails with `StartTooSlow` when it has taken too long until now: its command runs. */
  readonly started: (record: ContainerRecord) => ReturnType<typeof killSlow>
  /** A session whose first output is noticed. */
  readonly watched: (session: Session) => Session
  /** Tells how long everything took, when that was asked for. */
  readonly tell: Effect.Effect<void>
}

const parseForm = (text: string): Result<"text" | "json"> =>
  text === "text" || text === "json" ? good(text) : bad("use text or json")

/** None when neither was asked for: nothing is measured then. */
export const timedRun = (
  options: { readonly timings: string | undefined; readonly maxStartup: string | undefined },
  terminal: Terminal
) =>
  Effect.gen(function* () {
    const form = yield* optionalOf("--timings", options.timings, parseForm)
    const allowed = yield* optionalOf("--max-startup", options.maxStartup, parseLongDuration)
    if (form === undefined && allowed === undefined) return undefined
    const stopwatch = makeStopwatch(() => performance.now())
    stopwatch.reached("load")
    const timed: TimedRun = {
      stopwatch,
      started: (record) => {
        stopwatch.reached("other")
        return killSlow(record, stopwatch, allowed ?? Infinity)
      },
      watched: (session) => ({
        ...session,
        output: Stream.tap(session.output, () => Effect.sync(() => stopwatch.reached("first byte")))
      }),
      tell: Effect.sync(() => {
        if (form === undefined) return
        stopwatch.reached("command")
        const shares = stopwatch.shares()
        terminal.err(form === "json" ? timingJson(shares) : timingLines(shares))
      })
    }
    return timed
  })

const killSlow = (record: ContainerRecord, stopwatch: Stopwatch, allowed: number) =>
  Effect.gen(function* () {
    const took = stopwatch.now()
    if (took <= allowed) return
    const shares = stopwatch.shares()
    const runtime = yield* Runtime
    const ends = yield* runtime.standDown(record.id, { signal: SIGKILL })
    if (!ends) yield* Effect.ignore(runtime.signal(record.id, SIGKILL))
    yield* Effect.ignore(runtime.wait(record.id))
    yield* settleOrWarn(record)
    return yield* new StartTooSlow({ container: record.name, took, allowed, slowest: slowest(shares) })
  })
