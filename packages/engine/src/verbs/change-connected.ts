import type { Network } from "@gantry/core/network/Network"
import { isLive } from "@gantry/core/runtime/ContainerState"
import { Runtime } from "@gantry/core/runtime/Runtime"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import type { ContainerRecord } from "../containers/ContainerRecord.ts"
import { Containers } from "../containers/Containers.ts"
import type { AmbiguousId, NoSuchContainer } from "../EngineError.ts"
import { type Hold, trueUp } from "../networks/true-up-ports.ts"

/** How looking for the container, and putting right what is left of an earlier change, can fail. */
type ChangeError =
  | AmbiguousId
  | Exclude<Effect.Effect.Error<ReturnType<typeof trueUp>>, { readonly _tag: "NotRunning" }>
  | NoSuchContainer
  | StorageFailure

/** What is done to a container that is reached otherwise from now on. */
export interface ConnectedChange<A, E, E2, R> {
  /** While it runs; `hold` makes it answer, the record is as it is then, put right before. */
  readonly running: (record: ContainerRecord, hold: Hold) => Effect.Effect<A, E, R>
  /** When it does not run, or has ended meanwhile. */
  readonly stopped: (record: ContainerRecord) => Effect.Effect<A, E2, R>
}

/**
 * Changes how a container is reached, for who has the lock of its ports. What the supervisor of a running one is told then it
 * finishes by its clean-up, should whoever told it be killed.
 */
export const changeConnected = <A, E, E2, R>(
  id: string,
  { running, stopped }: ConnectedChange<A, E, E2, R>
): Effect.Effect<
  A,
  ChangeError | E2 | Exclude<E, { readonly _tag: "NotRunning" }>,
  R | Containers | Network | Runtime
> =>
  Effect.gen(function* () {
    const containers = yield* Containers
    const runtime = yield* Runtime
    const resting = Effect.flatMap(containers.find(id), stopped)
    if (!isLive(yield* runtime.state(id))) return yield* resting
    return yield* Effect.gen(function* () {
      const hold = yield* runtime.changePorts(id)
      const record = yield* containers.find(id)
      yield* trueUp(record, hold)
      return yield* running(record, hold)
    }).pipe(
      Effect.scoped,
      Effect.catchTag("NotRunning", () => resting)
    )
  })
