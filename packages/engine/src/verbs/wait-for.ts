import type { ContainerState, HealthStatus } from "@gantry/core/runtime/ContainerState"
import { Runtime } from "@gantry/core/runtime/Runtime"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ContainerRecord } from "../containers/ContainerRecord.ts"
import { Containers } from "../containers/Containers.ts"
import { lostExit } from "../containers/session.ts"
import { NotReady } from "../EngineError.ts"

/** What can be waited for. */
export const conditions = [
  "configured",
  "created",
  "exited",
  "healthy",
  "paused",
  "removed",
  "restarting",
  "running",
  "stopped",
  "unhealthy"
] as const

/** A word of {@link conditions}; `configured` and `created` mean the same, and so do `exited` and `stopped`. */
export type Condition = (typeof conditions)[number]

/** How a container fares, in all words that are true of it. */
export const wordsOf = (state: ContainerState): ReadonlyArray<Condition> => {
  switch (state.status) {
    case "created":
      return ["configured", "created"]
    case "restarting":
      return ["restarting"]
    case "exited":
    case "lost":
      return ["exited", "stopped"]
    case "running":
      return [state.paused ? "paused" : "running", ...healthWord(state.health)]
  }
}

const healthWord = (health: HealthStatus | undefined): ReadonlyArray<Condition> =>
  health === undefined || health === "starting" ? [] : [health]

/**
 * Waits until one of the conditions is true of a container. Succeeds with its exit code, as far as it has ended by then;
 * -1 when it has none.
 *
 * Looks again every `interval` milliseconds: what is true for a shorter time may be missed. Fails with `NotReady` when
 * the container is removed and that was not waited for, or when health is waited for and nobody looks at it.
 */
export const waitFor = (
  record: ContainerRecord,
  wanted: ReadonlyArray<Condition>,
  interval: number
): Effect.Effect<number, NotReady | StorageFailure, Containers | Runtime> =>
  Effect.gen(function* () {
    const containers = yield* Containers
    const runtime = yield* Runtime
    if (record.options.health === undefined && wanted.every((word) => word === "healthy" || word === "unhealthy")) {
      return yield* new NotReady({ container: record.name, why: "nobody looks at its health" })
    }
    let code = -1
    for (;;) {
      // In this order: a container that is removed has no state, and would look like one that never ran.
      const state = yield* runtime.state(record.id)
      const here = yield* containers.find(record.id).pipe(
        Effect.as(true),
        Effect.catchTags({
          AmbiguousId: () => Effect.succeed(true),
          NoSuchContainer: () => Effect.succeed(false)
        })
      )
      if (here || state.status !== "created") code = codeOf(state) ?? code
      if (!here && wanted.includes("removed")) return code
      if (here && wordsOf(state).some((word) => wanted.includes(word))) return codeOf(state) ?? -1
      if (!here) return yield* new NotReady({ container: record.name, why: "it was removed" })
      // Wakes at the very end of a container that is removed by itself, whose code would be gone with it.
      const ended = yield* Effect.timeoutOption(Effect.option(runtime.wait(record.id)), interval)
      const exit = Option.flatten(ended)
      if (Option.isSome(exit)) {
        code = exit.value.code
        if (wanted.includes("exited") || wanted.includes("stopped")) return code
        yield* Effect.sleep(interval)
      } else if (Option.isSome(ended)) yield* Effect.sleep(interval)
    }
  })

const codeOf = (state: ContainerState): number | undefined => {
  if (state.status === "exited" || state.status === "restarting") return state.exit.code
  return state.status === "lost" ? lostExit.code : undefined
}
