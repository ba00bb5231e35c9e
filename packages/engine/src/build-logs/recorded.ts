import { BuildFailed } from "@gantry/build/solve/BuildFailed"
import type { SolveEvent } from "@gantry/build/solve/SolveEvent"
import { Settings } from "@gantry/core/Settings"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type { LockedInput } from "../lock/LockFile.ts"
import { type BuildAbout, recordBuild, type Recorder } from "./record-build.ts"

/** A build that tells what happens. */
export interface Told {
  readonly onEvent: (event: SolveEvent) => void
}

/** What a build is given to tell it by. */
export interface Telling extends Told {
  /** Takes in what an input from elsewhere is. */
  readonly onInput: (input: LockedInput) => void
}

/**
 * Does a build, writing down how it goes. A step that fails is told with its last lines and with the id under which all
 * of them are kept.
 */
export const recorded = <
  A extends { readonly image: { readonly id: string } },
  E extends { readonly message: string },
  R
>(
  about: BuildAbout,
  { onEvent }: Told,
  build: (telling: Telling) => Effect.Effect<A, E, R>
): Effect.Effect<A, E | BuildFailed, R | Settings> =>
  Effect.gen(function* () {
    const { root } = yield* Settings
    const clock = yield* Effect.clock
    const recorder = recordBuild(root, about, () => clock.unsafeCurrentTimeMillis())
    const both = (event: SolveEvent) => {
      recorder.onEvent(event)
      onEvent(event)
    }
    return yield* build({ onEvent: both, onInput: recorder.onInput }).pipe(
      Effect.onExit((exit) => Effect.sync(() => recorder.end(endOf(exit)))),
      Effect.mapError((failure) => (failure instanceof BuildFailed ? withLog(failure, recorder) : failure))
    )
  })

const endOf = (exit: Exit.Exit<{ readonly image: { readonly id: string } }, { readonly message: string }>) => {
  if (Exit.isSuccess(exit)) return { status: "done", image: exit.value.image.id } as const
  if (Cause.isInterruptedOnly(exit.cause)) return { status: "stopped" } as const
  const why = Option.match(Cause.failureOption(exit.cause), {
    onNone: () => "it ended in a mistake of gantry's",
    onSome: ({ message }) => message
  })
  return { status: "failed", why } as const
}

/** An error's cause is no enumerable property. */
const withLog = (failure: BuildFailed, { id, lastLines }: Recorder): BuildFailed =>
  failure.exitCode === undefined
    ? failure
    : new BuildFailed({ ...failure, cause: failure.cause, lastLines: lastLines(), build: id })
