import { settleOrWarn } from "@gantry/engine/containers/settle"
import { remove } from "@gantry/engine/verbs/remove"
import { stop } from "@gantry/engine/verbs/stop"
import * as Effect from "effect/Effect"
import type { Member } from "../life/members.ts"

/** Stops a container and removes it. */
export const takeAway = (
  { record }: Pick<Member, "record">,
  { timeout, volumes }: { readonly timeout?: number | undefined; readonly volumes: boolean }
) =>
  Effect.gen(function* () {
    yield* stop(record, timeout === undefined ? {} : { seconds: timeout })
    yield* settleOrWarn(record)
    // One that was made with --rm, or that somebody else has removed meanwhile.
    yield* Effect.catchTag(remove(record, { force: true, volumes }), "NoSuchContainer", () => Effect.void)
  })
