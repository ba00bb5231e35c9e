import * as Config from "effect/Config"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Runtime from "effect/Runtime"
import type * as Scope from "effect/Scope"
import * as fc from "fast-check"

/** One sentence that an implementation must make true. */
export interface Law<R> {
  /** Never changed and never used again: a bug report can cite it. */
  readonly id: string
  readonly sentence: string
  /** Succeeds when the law holds. Contains no timers: it waits for events. */
  readonly check: Effect.Effect<void, LawBroken, R>
}

/** How the same case is tried again: values of `GANTRY_LAW_SEED` and `GANTRY_LAW_PATH`. */
export interface Replay {
  readonly seed: number
  readonly path: string
}

/** A counterexample, already made small. `report` holds the seed and the path that replay it. */
export class LawBroken extends Data.TaggedError("LawBroken")<{
  readonly id: string
  readonly report: string
  /** Absent for laws that one case decides. */
  readonly replay?: Replay
  /** How the test runner is asked for this law alone: `npx vitest run -t "BLOB-1 "`. Added by who runs it. */
  readonly command?: string
}> {
  override get message() {
    const again = this.command === undefined ? "" : `\ntry this case again: ${replayed(this.command, this.replay)}`
    return `${this.id}\n${this.report}${again}`
  }
}

/** A command line that tries one case again. */
export const replayed = (command: string, replay: Replay | undefined): string =>
  replay === undefined ? command : `GANTRY_LAW_SEED=${replay.seed} GANTRY_LAW_PATH=${replay.path} ${command}`

/** How hard a law about all samples is tried. */
export interface ForAllOptions<A> {
  /** Samples tried when `GANTRY_LAW_RUNS` says nothing; 25 when absent. Slow laws ask for fewer. */
  readonly runs?: number
  /** Counterexamples of earlier days, tried first. */
  readonly examples?: ReadonlyArray<A>
}

/**
 * What the environment says: `GANTRY_LAW_RUNS` samples a law, and `GANTRY_LAW_SEED` with `GANTRY_LAW_PATH` to replay the
 * counterexample that a report names. `GANTRY_LAW_SHRINK=false` is for who only asks whether there is one.
 */
const settings = Config.all({
  runs: Config.option(Config.integer("GANTRY_LAW_RUNS")),
  seed: Config.option(Config.integer("GANTRY_LAW_SEED")),
  path: Config.option(Config.nonEmptyString("GANTRY_LAW_PATH")),
  shrink: Config.withDefault(Config.boolean("GANTRY_LAW_SHRINK"), true)
})

/**
 * A law about all samples. Each sample gets its own scope; what is under test is shared by all samples, and so never
 * empty. The law is broken by a `false`, by a failure and by a defect.
 */
export const forAll = <A, E, R>(
  id: string,
  sentence: string,
  samples: fc.Arbitrary<A>,
  holds: (sample: A) => Effect.Effect<boolean, E, R>,
  options: ForAllOptions<A> = {}
): Law<Exclude<R, Scope.Scope>> => ({
  id,
  sentence,
  check: Effect.gen(function* () {
    const { path, runs, seed, shrink } = yield* Effect.orDie(settings)
    const run = Runtime.runPromise(yield* Effect.runtime<Exclude<R, Scope.Scope>>())
    const outcome = yield* Effect.promise((signal) =>
      fc.check(
        fc.asyncProperty(samples, async (sample) => {
          // What never waits for the outside would keep the test runner from hearing of anything else.
          await new Promise((resolve) => setImmediate(resolve))
          return run(Effect.scoped(holds(sample)), { signal })
        }),
        {
          numRuns: Option.getOrElse(runs, () => options.runs ?? 25),
          endOnFailure: !shrink,
          examples: (options.examples ?? []).map((example): [A] => [example]),
          ...Option.match(seed, { onNone: () => ({}), onSome: (value) => ({ seed: value }) }),
          ...Option.match(path, { onNone: () => ({}), onSome: (value) => ({ path: value }) })
        }
      )
    )
    if (!outcome.failed) return
    const { counterexamplePath } = outcome
    return yield* new LawBroken({
      id,
      report: fc.defaultReportMessage(outcome) ?? "no report",
      ...(counterexamplePath !== null && { replay: { seed: outcome.seed, path: counterexamplePath } })
    })
  })
})

/** A law that one case decides. The law is broken by a `false`, by a failure and by a defect. */
export const law = <E, R>(
  id: string,
  sentence: string,
  holds: Effect.Effect<boolean, E, R>
): Law<Exclude<R, Scope.Scope>> => ({
  id,
  sentence,
  check: Effect.scoped(holds).pipe(
    Effect.catchAllCause((cause) => Effect.fail(new LawBroken({ id, report: String(cause) }))),
    Effect.flatMap((held) => (held ? Effect.void : Effect.fail(new LawBroken({ id, report: "it does not hold" }))))
  )
})
