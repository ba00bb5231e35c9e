import type { Contract } from "@gantry/core/Plugin"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { guardService } from "./guard/guard-service.ts"
import type { LoadedPlugin } from "./load-plugin.ts"
import { unfit } from "./guard/kinds.ts"
import { known } from "./guard/members.ts"
import { PluginFailed } from "./PluginFailed.ts"
import type { Serve } from "./Serve.ts"

const words = (cause: Cause.Cause<unknown>): string => {
  const problem = Cause.squash(cause)
  return problem instanceof Error ? problem.message : String(problem)
}

/** With plugins. What they hold is given back when the scope closes. */
export const serveWith =
  (plugins: ReadonlyMap<Contract, LoadedPlugin>, scope: Scope.Scope): Serve =>
  (contract, tag, own, has) =>
    Effect.gen(function* () {
      const plugin = plugins.get(contract)
      if (plugin === undefined) return own
      const { from, module } = plugin.choice
      const failed = (why: string) => new PluginFailed({ module, from, why })
      // Nothing is known of its type: what it needs and is not here, is a defect of its own and named below.
      const layer = Effect.try({
        try: () => plugin.layer() as Layer.Layer<unknown, unknown>,
        catch: (cause) => failed(`it failed before it began: ${cause instanceof Error ? cause.message : String(cause)}`)
      })
      const built = yield* Effect.flatMap(layer, (each) =>
        Effect.sandbox(Layer.buildWithScope(each, scope).pipe(Effect.provide(Context.add(has, tag, own)))).pipe(
          Effect.catchAllDefect((defect) => Effect.fail(Cause.die(defect))),
          Effect.mapError((cause) => failed(`it did not begin to serve: ${words(cause)}`))
        )
      )
      const service = Context.getOption(
        built as Context.Context<unknown>,
        tag as unknown as Context.Tag<unknown, typeof own>
      )
      if (Option.isNone(service) || typeof service.value !== "object" || service.value === null) {
        return yield* failed(`its layer does not provide ${tag.key}`)
      }
      const wrong = yield* Effect.try({
        try: () => unfit(service.value, known[contract]),
        catch: (cause) =>
          failed(`its service cannot be looked at: ${cause instanceof Error ? cause.message : String(cause)}`)
      })
      if (wrong !== undefined) return yield* failed(`its service ${wrong}`)
      return guardService(service.value, known[contract], `${plugin.name} (${plugin.file})`)
    })
