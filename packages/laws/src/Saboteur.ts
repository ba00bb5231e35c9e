import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import type { Law } from "./Law.ts"
import type { Runner } from "./register.ts"

/** An implementation that is wrong on purpose, in one way. It is there to prove that the laws can tell. */
export interface Saboteur<R> {
  /** A few words: `forgets the last piece`. */
  readonly sin: string
  /** Ids of the laws that must reject it. Never empty; others may reject it as well. */
  readonly breaks: ReadonlyArray<string>
  readonly layer: Layer.Layer<R>
}

/** Laws of one subject with those who break them. */
export interface Trial<R> {
  /** `the blob laws`. */
  readonly name: string
  readonly laws: ReadonlyArray<Law<R>>
  readonly saboteurs: ReadonlyArray<Saboteur<R>>
}

/** Seed and number of runs do not come from the environment here: whether a law can tell must not be a matter of luck. */
const fixed = <A, E, R>(check: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  check.pipe(
    Effect.withConfigProvider(
      ConfigProvider.fromMap(
        new Map([
          ["GANTRY_LAW_SEED", "20250101"],
          ["GANTRY_LAW_SHRINK", "false"]
        ])
      )
    ),
    // What goes wrong here is meant to go wrong.
    Logger.withMinimumLogLevel(LogLevel.None)
  )

/** Ids among those named that let the saboteur pass. Empty when the laws are worth something. */
export const letPass = <R>(laws: ReadonlyArray<Law<R>>, saboteur: Saboteur<R>): Effect.Effect<ReadonlyArray<string>> =>
  Effect.filter(saboteur.breaks, (id) => {
    const law = laws.find((each) => each.id === id)
    if (law === undefined) return Effect.succeed(true)
    return Effect.map(Effect.exit(Effect.provide(fixed(law.check), saboteur.layer)), Exit.isSuccess)
  })

/** Ids of laws that no saboteur is expected to break: those laws are unfinished. */
export const untested = <R>({ laws, saboteurs }: Trial<R>): ReadonlyArray<string> => {
  const broken = new Set(saboteurs.flatMap(({ breaks }) => breaks))
  return laws.map(({ id }) => id).filter((id) => !broken.has(id))
}

/** Makes one test of each saboteur, which it must fail, and one of the list of laws. */
export const registerTrial = <R>(runner: Runner, trial: Trial<R>): void => {
  runner.describe(`${trial.name} can tell`, () => {
    for (const saboteur of trial.saboteurs) {
      runner.it(
        `${saboteur.breaks.join(", ")} when it ${saboteur.sin}`,
        async () => {
          const passed = await Effect.runPromise(letPass(trial.laws, saboteur))
          if (saboteur.breaks.length === 0) throw new Error("it names no law")
          if (passed.length > 0) throw new Error(`${passed.join(", ")} did not notice`)
        },
        300_000
      )
    }
    runner.it("each law has a saboteur", async () => {
      const missing = untested(trial)
      if (missing.length > 0) throw new Error(`no saboteur breaks ${missing.join(", ")}`)
    })
  })
}
