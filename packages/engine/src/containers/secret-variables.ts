import type { ProcessSpec } from "@gantry/core/runtime/ContainerSpec"
import { IsolationRefused, NotRunning } from "@gantry/core/runtime/RuntimeError"
import * as Effect from "effect/Effect"
import type { Conversation } from "../supervisor/client.ts"
import type { Withheld } from "../supervisor/withhold.ts"

/** How long a supervisor may take to tell a value. */
const mostTelling = "10 seconds"

/**
 * The variables of a further process of a container, with those that are secret: its supervisor alone has their values.
 * What was said of one for this process wins. A process is never without one that it is to have: `NotRunning` when the
 * supervisor ends first, `IsolationRefused` when it does not tell.
 */
export const secretVariables = (
  container: string,
  connect: Effect.Effect<Conversation, NotRunning>,
  withheld: ReadonlyArray<Withheld>,
  { env, unset = [] }: Pick<ProcessSpec, "env" | "unset">
): Effect.Effect<ReadonlyArray<string>, IsolationRefused | NotRunning> => {
  const missing = withheld.flatMap(({ placeholder, variable }) =>
    variable === undefined || unset.includes(variable) || env.some((each) => each.startsWith(`${variable}=`))
      ? []
      : [{ placeholder, variable }]
  )
  if (missing.length === 0) return Effect.succeed(env)
  return Effect.acquireUseRelease(
    connect,
    (conversation) =>
      Effect.forEach(missing, ({ placeholder, variable }) =>
        Effect.gen(function* () {
          const refused = (why: string) =>
            new IsolationRefused({ container, stage: `give it the secret variable ${variable}`, why })
          const told = yield* Effect.promise(() =>
            conversation.ask({ type: "tell-secret", placeholder }, "secret-told")
          ).pipe(
            Effect.timeoutFail({
              duration: mostTelling,
              onTimeout: () => refused("the container's supervisor does not answer")
            })
          )
          if (told === undefined) return yield* new NotRunning({ container })
          if (told.text === undefined) return yield* refused("the container's supervisor does not have it")
          return `${variable}=${told.text}`
        })
      ),
    (conversation) => Effect.sync(conversation.close)
  ).pipe(Effect.map((told) => [...env, ...told]))
}
