import { isLive } from "@gantry/core/runtime/ContainerState"
import { Runtime } from "@gantry/core/runtime/Runtime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Member } from "./members.ts"

/** What a container whose end nobody saw is taken to have ended with. */
const unseen = 137

/** Waits until a container has ended and is not started again by itself. Succeeds with its exit code. */
export const endOf = ({ record }: Pick<Member, "record">) =>
  Effect.gen(function* () {
    const runtime = yield* Runtime
    for (;;) {
      const exit = yield* Effect.option(runtime.wait(record.id))
      const state = yield* runtime.state(record.id)
      if (isLive(state)) continue
      return state.status === "exited" ? state.exit.code : Option.isSome(exit) ? exit.value.code : unseen
    }
  })
