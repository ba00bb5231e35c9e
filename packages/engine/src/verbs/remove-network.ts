import { Network } from "@gantry/core/network/Network"
import type { NetworkMissing, NetworkRefused } from "@gantry/core/network/NetworkError"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import { reconcile, type SettleServices } from "../containers/settle.ts"

/**
 * Removes a network, by name, that no running container is in. What else holds it is given back first: a container whose
 * start or whose supervisor was killed does not use it. Fails with `NetworkRefused` naming those that do.
 */
export const removeNetwork = (
  name: string
): Effect.Effect<void, NetworkMissing | NetworkRefused | StorageFailure, SettleServices> =>
  Effect.gen(function* () {
    const attempt = (yield* Network).remove(name)
    yield* Effect.catchTag(attempt, "NetworkRefused", () => Effect.zipRight(reconcile, attempt))
  })
