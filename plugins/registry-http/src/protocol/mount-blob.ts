import type { Digest } from "@gantry/core/image/Digest"
import * as Effect from "effect/Effect"
import type { Caller } from "../auth/Caller.ts"
import { type Failure, refusal, type Target } from "../Target.ts"
import { pullScope, pushScope } from "./scopes.ts"
import { cancel } from "./upload-blob.ts"

/** Answers of registries that do not mount, or not from there. */
const declined = new Set([400, 403, 404, 405])

/** Spec: OCI distribution-spec, section "Mounting a blob from another repository". */
export const mountBlob = (
  caller: Caller,
  target: Target,
  digest: Digest,
  from: string
): Effect.Effect<boolean, Failure> =>
  Effect.scoped(
    Effect.gen(function* () {
      const query = new URLSearchParams({ mount: digest, from })
      const reply = yield* caller.call(target, {
        method: "POST",
        at: `${target.repository}/blobs/uploads/?${query.toString()}`,
        scopes: [...pushScope(target), ...pullScope({ repository: from })]
      })
      if (reply.status === 201) return true
      if (declined.has(reply.status)) return false
      if (reply.status !== 202) return yield* refusal(target, reply)
      const location = reply.header("location")
      // The registry began an upload instead, which is made in another way here.
      if (location !== undefined && URL.canParse(location, reply.url.href)) {
        yield* cancel(caller, target, new URL(location, reply.url))
      }
      return false
    })
  )
