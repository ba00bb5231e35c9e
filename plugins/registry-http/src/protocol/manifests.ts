import { ofBytes } from "@gantry/core/image/Digest"
import type { ImageRef } from "@gantry/core/image/ImageRef"
import { dockerIndex, dockerManifest, ociIndex, ociManifest } from "@gantry/core/image/MediaType"
import type { ManifestBytes } from "@gantry/core/registry/Registry"
import * as Effect from "effect/Effect"
import type { Caller } from "../auth/Caller.ts"
import { TransportFailure } from "../http/TransportFailure.ts"
import { type Failure, refusal, type Target } from "../Target.ts"
import { pullScope, pushScope } from "./scopes.ts"

/** Most bytes of a manifest. Spec: OCI distribution-spec, section "Pushing Manifests", asks for at least as many. */
export const mostManifest = 4 * 1024 * 1024

const accept = [ociIndex, ociManifest, dockerIndex, dockerManifest].join(", ")

/** The media type a manifest gives itself. */
const ownType = (bytes: Uint8Array): string | undefined => {
  try {
    const json = JSON.parse(new TextDecoder().decode(bytes)) as { readonly mediaType?: unknown } | null
    return typeof json?.mediaType === "string" ? json.mediaType : undefined
  } catch {
    return undefined
  }
}

/** Fetches a manifest or index. Spec: OCI distribution-spec, section "Pulling manifests". */
export const fetchManifest = (
  caller: Caller,
  target: Target,
  { digest, tag }: Pick<ImageRef, "digest" | "tag">
): Effect.Effect<ManifestBytes, Failure> =>
  Effect.scoped(
    Effect.gen(function* () {
      const reply = yield* caller.call(target, {
        method: "GET",
        at: `${target.repository}/manifests/${digest ?? tag ?? "latest"}`,
        headers: { accept },
        scopes: pullScope(target)
      })
      if (reply.status !== 200) return yield* refusal(target, reply)
      const tooLong = new TransportFailure({
        kind: "protocol",
        why: `its manifest of ${target.reference} is longer than ${mostManifest} bytes`
      })
      if (Number(reply.header("content-length") ?? 0) > mostManifest) return yield* tooLong
      const bytes = yield* Effect.catchIf(
        reply.bytes(mostManifest),
        ({ kind }) => kind === "protocol",
        () => tooLong
      )
      const said = (reply.header("content-type") ?? "").split(";")[0]?.trim() ?? ""
      // A server of plain files knows no better type.
      const vague = said === "" || ["application/json", "application/octet-stream", "text/plain"].includes(said)
      return { mediaType: vague ? (ownType(bytes) ?? said) : said, bytes }
    })
  )

/** Stores a manifest. Spec: OCI distribution-spec, section "Pushing Manifests". */
export const putManifest = (
  caller: Caller,
  target: Target,
  tag: string | undefined,
  { bytes, mediaType }: ManifestBytes
): Effect.Effect<void, Failure> =>
  Effect.scoped(
    Effect.gen(function* () {
      const reply = yield* caller.call(target, {
        method: "PUT",
        at: `${target.repository}/manifests/${tag ?? ofBytes(bytes)}`,
        headers: { "content-type": mediaType },
        body: new Uint8Array(bytes),
        scopes: pushScope(target)
      })
      if (reply.status < 200 || reply.status > 299) return yield* refusal(target, reply)
      yield* Effect.ignore(reply.bytes(1024))
    })
  )
