import * as Effect from "effect/Effect"
import { RegistryUnavailable } from "@gantry/core/registry/RegistryError"
import type { Caller } from "../auth/Caller.ts"
import { type Failure, refusal, type Target } from "../Target.ts"

/** Asks for nothing in particular, as whoever the caller is. Spec: OCI distribution-spec, "end-1". */
export const checkLogin = (caller: Caller, target: Target): Effect.Effect<void, Failure> =>
  Effect.scoped(
    Effect.gen(function* () {
      const reply = yield* caller.call(target, { method: "GET", at: "", scopes: [] })
      if (reply.status === 200) return yield* Effect.ignore(reply.bytes(1024))
      if (reply.status === 404) {
        return yield* new RegistryUnavailable({ registry: target.name, why: "nothing at /v2/: it is no registry" })
      }
      return yield* refusal(target, reply)
    })
  )
