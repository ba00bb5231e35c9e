import type { IsolationRefused, NotRunning } from "@gantry/core/runtime/RuntimeError"
import { Runtime } from "@gantry/core/runtime/Runtime"
import * as Effect from "effect/Effect"

/** Sends a signal to a container's first process, by number. One that is paused goes on, as with Docker: it could not act on it. */
export const kill = (id: string, signal: number): Effect.Effect<void, IsolationRefused | NotRunning, Runtime> =>
  Effect.gen(function* () {
    const runtime = yield* Runtime
    const state = yield* runtime.state(id)
    yield* runtime.signal(id, signal)
    if (state.status === "running" && state.paused) yield* runtime.resume(id)
  })
