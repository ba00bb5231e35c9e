import * as Effect from "effect/Effect"
import * as EffectRuntime from "effect/Runtime"

/** Exit status of what a Ctrl-C has ended. */
export const interrupted = 130

/** What the signals that ask for an end do while the scope is open: something the first time, and something else after. */
export const onSignals = (first: Effect.Effect<void>, again: Effect.Effect<void>) =>
  Effect.gen(function* () {
    const run = EffectRuntime.runFork(yield* Effect.runtime<never>())
    let asked = 0
    const listener = () => void run(asked++ === 0 ? first : again)
    yield* Effect.acquireRelease(
      Effect.sync(() => {
        process.on("SIGINT", listener)
        process.on("SIGTERM", listener)
      }),
      () =>
        Effect.sync(() => {
          process.off("SIGINT", listener)
          process.off("SIGTERM", listener)
        })
    )
  })
