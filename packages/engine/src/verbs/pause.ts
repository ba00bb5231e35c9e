import type { IsolationRefused, NotRunning } from "@gantry/core/runtime/RuntimeError"
import { Runtime } from "@gantry/core/runtime/Runtime"
import type { Locks } from "@gantry/core/Locks"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import { alone } from "../containers/alone.ts"
import type { ContainerRecord } from "../containers/ContainerRecord.ts"
import { containerEvent } from "../events/actors.ts"
import { record as tell } from "../events/Journal.ts"
import { RuntimeUnable, WrongState } from "../EngineError.ts"

type Failure = IsolationRefused | RuntimeUnable | NotRunning | StorageFailure | WrongState

/** Makes a container stand still. Fails with `WrongState` when it does so already, and `NotRunning` when it has ended. */
export const pause = (record: ContainerRecord): Effect.Effect<void, Failure, Locks | Runtime> =>
  change(record, "pause", (paused) => (paused ? "container is already paused" : undefined))

/** Lets a container go on. Fails with `WrongState` when it is not paused. */
export const unpause = (record: ContainerRecord): Effect.Effect<void, Failure, Locks | Runtime> =>
  change(record, "unpause", (paused) => (paused ? undefined : "container is not paused"))

const change = (
  record: ContainerRecord,
  verb: "pause" | "unpause",
  refuse: (paused: boolean) => string | undefined
): Effect.Effect<void, Failure, Locks | Runtime> =>
  Effect.gen(function* () {
    const runtime = yield* Runtime
    const { id, name } = record
    if (!runtime.abilities.pause)
      return yield* new RuntimeUnable({ runtime: runtime.name, ability: "pause containers" })
    const state = yield* runtime.state(id)
    if (state.status !== "running")
      return yield* new WrongState({ container: name, id, verb, why: "container is not running" })
    const why = refuse(state.paused)
    if (why !== undefined) return yield* new WrongState({ container: name, id, verb, why })
    yield* verb === "pause" ? runtime.pause(id) : runtime.resume(id)
    yield* tell(containerEvent(record, verb))
  }).pipe((body) => alone(record.id, body))
