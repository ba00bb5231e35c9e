import type { Contract } from "@gantry/core/Plugin"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { PluginFailed } from "./PluginFailed.ts"

/**
 * Gives the service that a plugin provides for a contract, or gantry's own when no plugin was chosen for it.
 *
 * `has`: what the plugin may ask for; under the contract's own tag it finds `own`, so that it may stand on it.
 */
export type Serve = <Tag, Shape extends object>(
  contract: Contract,
  tag: Context.Tag<Tag, Shape>,
  own: Shape,
  has: Context.Context<never>
) => Effect.Effect<Shape, PluginFailed>

/** Without plugins: each contract is served by gantry's own. */
export const serveOwn: Serve = (_contract, _tag, own) => Effect.succeed(own)
