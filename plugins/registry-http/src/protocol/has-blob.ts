import type { Digest } from "@gantry/core/image/Digest"
import * as Effect from "effect/Effect"
import type { Caller } from "../auth/Caller.ts"
import { type Failure, refusal, type Target } from "../Target.ts"
import { pushScope } from "./scopes.ts"

/**
 * Whether a repository has a blob. Asked before uploads, so the token is the one that uploads need.
 *
 * Spec: OCI distribution-spec, section "Checking if content exists in the registry".
 */
export const hasBlob = (caller: Caller, target: Target, digest: Digest): Effect.Effect<boolean, Failure> =>
  Effect.scoped(
    Effect.gen(function* () {
      const reply = yield* caller.call(target, {
        method: "HEAD",
        at: `${target.repository}/blobs/${digest}`,
        scopes: pushScope(target)
      })
      if (reply.status === 200) return true
      if (reply.status === 404) return false
      return yield* refusal(target, reply)
    })
  )
