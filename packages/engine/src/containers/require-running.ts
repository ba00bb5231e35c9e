import { Runtime } from "@gantry/core/runtime/Runtime"
import * as Effect from "effect/Effect"
import { WrongState } from "../EngineError.ts"
import type { ContainerRecord } from "./ContainerRecord.ts"

/** What a verb is, and whether it can be done to a container that is paused. */
export interface Need {
  /** As in "cannot … container web": `exec in`. */
  readonly verb: string
  readonly paused: boolean
}

/** Succeeds when a container runs, and does not stand still unless that does not matter. */
export const requireRunning = (
  { id, name }: Pick<ContainerRecord, "id" | "name">,
  { paused, verb }: Need
): Effect.Effect<void, WrongState, Runtime> =>
  Effect.gen(function* () {
    const state = yield* (yield* Runtime).state(id)
    if (state.status !== "running") {
      return yield* new WrongState({
        container: name,
        id,
        verb,
        why: "container is not running",
        hint: `start it first: gantry start ${name}`
      })
    }
    if (state.paused && !paused) {
      return yield* new WrongState({
        container: name,
        id,
        verb,
        why: "container is paused",
        hint: `let it go on first: gantry unpause ${name}`
      })
    }
  })
