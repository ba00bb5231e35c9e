import { Containers } from "@gantry/engine/containers/Containers"
import type { RunOptions } from "@gantry/engine/containers/RunOptions"
import { create, type CreateContext } from "@gantry/engine/verbs/create"
import { remove } from "@gantry/engine/verbs/remove"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { badValue } from "./Usage.ts"

/**
 * Makes the container of `run` or `create`. With `replace` the one that has its name is removed, running or not, once
 * everything else about the new one is known to be right; without a name there is nothing that could be meant.
 */
export const makeContainer = (wished: RunOptions, context: CreateContext, replace: boolean) => {
  const made = create(wished, context)
  if (!replace) return made
  if (wished.name === undefined) return badValue("--replace needs a name", "name the container with --name")
  return Effect.catchTag(made, "NameTaken", () =>
    Effect.gen(function* () {
      const holder = yield* Effect.option((yield* Containers).find(wished.name ?? ""))
      // Only who has the very name: what was found may begin with it as an ID.
      if (Option.isSome(holder) && holder.value.name === wished.name) {
        yield* remove(holder.value, { force: true, volumes: true })
      }
      return yield* made
    })
  )
}
