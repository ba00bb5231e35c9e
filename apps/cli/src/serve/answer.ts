import { servedBlob, servedManifest, servedTags } from "@gantry/engine/served/served-images"
import type { BlobStore } from "@gantry/core/store/BlobStore"
import type { LayerStore } from "@gantry/core/store/LayerStore"
import type { Images } from "@gantry/engine/images/Images"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Route } from "./route.ts"

/** What is sent back. */
export interface Answer {
  readonly status: number
  readonly headers: { readonly [name: string]: string }
  readonly body: Stream.Stream<Uint8Array, unknown>
}

const json = (status: number, value: unknown): Answer => {
  const bytes = new TextEncoder().encode(JSON.stringify(value))
  return {
    status,
    headers: { "content-type": "application/json", "content-length": String(bytes.length) },
    body: Stream.make(bytes)
  }
}

/** Spec: OCI distribution-spec, section "Error Codes". */
const refusal = (status: number, code: string, message: string): Answer => json(status, { errors: [{ code, message }] })

/** Answers a request from the images of the store. */
export const answer = (route: Route): Effect.Effect<Answer, never, BlobStore | Images | LayerStore> =>
  Effect.gen(function* () {
    switch (route.type) {
      case "version":
        return json(200, {})
      case "catalog":
        return json(200, { repositories: [...(yield* servedTags).keys()] })
      case "tags": {
        const tags = (yield* servedTags).get(route.repository)
        if (tags === undefined) return refusal(404, "NAME_UNKNOWN", `there are no images called ${route.repository}`)
        return json(200, { name: route.repository, tags: [...tags.keys()] })
      }
      case "manifest": {
        const found = yield* servedManifest(route.repository, route.reference)
        if (found === undefined)
          return refusal(404, "MANIFEST_UNKNOWN", `${route.repository} has no ${route.reference}`)
        const { bytes, digest, mediaType } = found
        return sent(mediaType, digest, bytes.length, Stream.make(bytes))
      }
      case "blob": {
        const found = yield* servedBlob(route.repository, route.digest)
        if (found === undefined) return refusal(404, "BLOB_UNKNOWN", `${route.repository} has no ${route.digest}`)
        return sent("application/octet-stream", route.digest, found.size, found.bytes)
      }
      case "change":
        return refusal(405, "UNSUPPORTED", "these images can be pulled and not be changed")
      case "unknown":
        return refusal(404, "UNSUPPORTED", "nothing is served here")
    }
  }).pipe(Effect.catchAll((error) => Effect.succeed(refusal(500, "UNKNOWN", error.message))))

const sent = (type: string, digest: string, size: number, body: Answer["body"]): Answer => ({
  status: 200,
  headers: { "content-type": type, "content-length": String(size), "docker-content-digest": digest },
  body
})
