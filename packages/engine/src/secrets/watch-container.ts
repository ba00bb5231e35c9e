import type { Settings } from "@gantry/core/Settings"
import { LayerStore } from "@gantry/core/store/LayerStore"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { ContainerRecord } from "../containers/ContainerRecord.ts"
import { secretValue } from "../containers/secret-values.ts"
import { findIn } from "./find-in.ts"
import { guardOf } from "./guard.ts"
import { secretsOf } from "./Secrets.ts"
import { type LeakWatch, reportLeaks } from "./watch-texts.ts"

/**
 * Who looks for the secrets of a container in an image that is made of it: by their values as they are now. Says which
 * cannot be looked for.
 */
export const watchOfContainer = (
  { options: { secrets = [] } }: Pick<ContainerRecord, "options">,
  { allow }: Pick<LeakWatch, "allow">
): Effect.Effect<LeakWatch | undefined, never, Settings> =>
  Effect.gen(function* () {
    const hidden = secrets.filter(({ from }) => !("text" in from))
    const read = yield* Effect.forEach(hidden, (wish) =>
      Effect.map(secretValue(wish), (value) => [{ id: wish.id, value: Redacted.make(value) }]).pipe(
        Effect.catchAll(({ why }) => Effect.as(Effect.logWarning(`not looked for in the image: ${why}`), []))
      )
    )
    const guard = guardOf(secretsOf(read.flat()))
    return guard === undefined ? undefined : { guard, allow }
  })

/** Fails when a secret's value is in a file that a container has made or changed. */
export const watchChanges = (id: string, watch: LeakWatch | undefined) =>
  Effect.gen(function* () {
    if (watch === undefined) return
    const leaks = yield* findIn(yield* (yield* LayerStore).changes({ id }), watch.guard)
    yield* reportLeaks(watch, leaks)
  })
