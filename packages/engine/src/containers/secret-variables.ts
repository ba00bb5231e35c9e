import type { NotRunning } from "@gantry/core/runtime/RuntimeError"
import * as Effect from "effect/Effect"
import type { Conversation } from "../supervisor/client.ts"
import type { Withheld } from "../supervisor/withhold.ts"

/**
 * The variables of a further process of a container, with those that are secret: its supervisor alone has their values.
 * What was said of one for this process wins.
 */
export const secretVariables = (
  connect: Effect.Effect<Conversation, NotRunning>,
  withheld: ReadonlyArray<Withheld>,
  env: ReadonlyArray<string>
): Effect.Effect<ReadonlyArray<string>, NotRunning> => {
  const missing = withheld.filter(
    ({ variable }) => variable !== undefined && !env.some((each) => each.startsWith(`${variable}=`))
  )
  if (missing.length === 0) return Effect.succeed(env)
  return Effect.acquireUseRelease(
    connect,
    (conversation) =>
      Effect.forEach(missing, ({ placeholder, variable }) =>
        Effect.map(
          Effect.promise(() => conversation.ask({ type: "tell-secret", placeholder }, "secret-told")),
          (told) => (told?.text === undefined ? [] : [`${variable}=${told.text}`])
        )
      ),
    (conversation) => Effect.sync(conversation.close)
  ).pipe(Effect.map((told) => [...env, ...told.flat()]))
}
