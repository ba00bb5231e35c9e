import { attached, Network } from "@gantry/core/network/Network"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { request } from "./requests.ts"

/** Describes what a plugin leaves behind, as text: two equal texts mean that nothing has changed. */
export type Look = Effect.Effect<string, unknown, Network>

/** Everything the contract shows of what is held, in an order of its own. */
export const visible: Look = Effect.gen(function* () {
  const network = yield* Network
  const held = yield* network.attached
  const networks = yield* network.list
  return JSON.stringify([
    held.map((each) => `${each.network} ${each.container}`).toSorted(),
    networks.map(({ name }) => name).toSorted()
  ])
})

/**
 * Whether everything is as it was after something has been done and undone. A first attachment may set up the host.
 */
export const unchangedFor =
  (look: Look) =>
  <E, R>(act: Effect.Effect<boolean, E, R | Scope.Scope>) =>
    Effect.gen(function* () {
      yield* Effect.scoped(attached(request(0)))
      const before = yield* look
      const right = yield* Effect.scoped(act)
      return right && (yield* look) === before
    })
