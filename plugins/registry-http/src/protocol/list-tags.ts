import * as Effect from "effect/Effect"
import type { Caller } from "../auth/Caller.ts"
import { TransportFailure } from "../http/TransportFailure.ts"
import { type Failure, refusal, type Target } from "../Target.ts"
import { pullScope } from "./scopes.ts"

/** Most bytes of one page of tags. */
const mostPage = 4 * 1024 * 1024

/** Most pages that are read. */
const mostPages = 10_000

/** Most bytes of all pages together: they are held, and a hundred times what a large repository has. */
const mostBytes = 64 * 1024 * 1024

/** The address of the next page in a `Link` header. Spec: RFC 8288. */
export const nextLink = (header: string | undefined): string | undefined =>
  /<([^>]*)>\s*;[^,<]*\brel="?next"?/i.exec(header ?? "")?.[1]

/** Spec: OCI distribution-spec, section "Pulling manifests". */
const tagShape = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/

const readTags = (body: Uint8Array): ReadonlyArray<string> | undefined => {
  try {
    const { tags } = JSON.parse(new TextDecoder().decode(body)) as { readonly tags?: unknown }
    if (tags === null || tags === undefined) return []
    if (!Array.isArray(tags) || !tags.every((tag) => typeof tag === "string")) return undefined
    // They become names of images here, and parts of addresses.
    return tags.filter((tag) => tagShape.test(tag))
  } catch {
    return undefined
  }
}

/** All tags of a repository that are tags by their spelling, sorted by code unit. Spec: OCI distribution-spec, section "Listing Tags". */
export const listTags = (caller: Caller, target: Target): Effect.Effect<ReadonlyArray<string>, Failure> =>
  Effect.gen(function* () {
    const all = new Set<string>()
    const asked = new Set<string>()
    let bytes = 0
    let at: URL | undefined = new URL(`v2/${target.repository}/tags/list?n=1000`, target.base)
    while (at !== undefined) {
      const page: URL = at
      asked.add(page.href)
      const { link, tags } = yield* Effect.scoped(
        Effect.gen(function* () {
          const reply = yield* caller.call(target, { method: "GET", at: page, scopes: pullScope(target) })
          if (reply.status !== 200) return yield* refusal(target, reply)
          const body = yield* reply.bytes(mostPage)
          bytes += body.length
          return { tags: readTags(body), link: nextLink(reply.header("link")) }
        })
      )
      if (tags === undefined) return yield* new TransportFailure({ kind: "protocol", why: "its list of tags is none" })
      for (const tag of tags) all.add(tag)
      at = link !== undefined && URL.canParse(link, page.href) ? new URL(link, page) : undefined
      if (at !== undefined && (asked.has(at.href) || asked.size >= mostPages || bytes >= mostBytes)) {
        return yield* new TransportFailure({ kind: "protocol", why: "its list of tags has no end" })
      }
    }
    return [...all].toSorted()
  })
