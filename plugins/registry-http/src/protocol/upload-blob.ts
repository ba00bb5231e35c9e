import type { Digest } from "@gantry/core/image/Digest"
import type { Uploaded } from "@gantry/core/registry/Registry"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import type { Caller } from "../auth/Caller.ts"
import type { Reply } from "../http/Reply.ts"
import { TransportFailure } from "../http/TransportFailure.ts"
import { retrying, type RetryPolicy } from "../retry/retrying.ts"
import { type Failure, refusal, type Target } from "../Target.ts"
import { hasBlob } from "./has-blob.ts"
import { received } from "./content-range.ts"
import { makeFiller, type Part } from "./Filler.ts"
import { pushScope } from "./scopes.ts"

/**
 * Bytes that are sent at once, and most bytes that are sent without an upload in parts: two parts are held for each of
 * several uploads.
 */
export const usualPart = 2 * 1024 * 1024

/** Largest part that a registry may ask for: it has to be held. */
const largestPart = 100 * 1024 * 1024

/** Longest time for saying that an upload is given up. */
const goodbye = "5 seconds"

const binary = { "content-type": "application/octet-stream" }

/** An upload that has begun. Its address moves with each answer. */
interface Begun {
  location: URL
}

/** Where an upload goes on. A registry behind a proxy may not know that it is spoken to over TLS. */
const locationOf = (target: Target, reply: Reply, before?: URL): Effect.Effect<URL, TransportFailure> => {
  const text = reply.header("location")
  if (text === undefined && before !== undefined) return Effect.succeed(before)
  if (text === undefined || !URL.canParse(text, reply.url.href)) {
    return new TransportFailure({ kind: "protocol", why: "it does not say where an upload goes on" })
  }
  const url = new URL(text, reply.url)
  if (url.protocol === "http:" && target.base.protocol === "https:" && url.hostname === target.base.hostname) {
    url.protocol = "https:"
  }
  return Effect.succeed(url)
}

/** Adds to the address as it is: rewriting it may break a signature in it. */
const withDigest = (url: URL, digest: Digest): URL =>
  new URL(`${url.href}${url.search === "" ? "?" : "&"}digest=${encodeURIComponent(digest)}`)

/** Ends an upload that will not be finished. */
export const cancel = (caller: Caller, target: Target, location: URL): Effect.Effect<void> =>
  Effect.scoped(caller.call(target, { method: "DELETE", at: location, scopes: pushScope(target), retry: false })).pipe(
    Effect.interruptible,
    Effect.timeout(goodbye),
    Effect.ignore
  )

const begin = (caller: Caller, target: Target) =>
  Effect.scoped(
    Effect.gen(function* () {
      const reply = yield* caller.call(target, {
        method: "POST",
        at: `${target.repository}/blobs/uploads/`,
        scopes: pushScope(target)
      })
      if (reply.status !== 202) return yield* refusal(target, reply)
      const wished = Number(reply.header("oci-chunk-min-length") ?? 0)
      const begun: Begun = { location: yield* locationOf(target, reply) }
      return { begun, least: Number.isSafeInteger(wished) ? wished : 0 }
    })
  )

/** Sends a part. After a failure the registry is asked first how much of it has come. */
const sendPart = (
  caller: Caller,
  policy: RetryPolicy,
  target: Target,
  begun: Begun,
  start: number,
  bytes: Uint8Array<ArrayBuffer>
): Effect.Effect<void, Failure> => {
  const end = start + bytes.length
  const scopes = pushScope(target)
  let at = start
  let again = false
  const ask = Effect.gen(function* () {
    const reply = yield* caller.call(target, { method: "GET", at: begun.location, scopes, retry: false })
    if (reply.status !== 204 && reply.status !== 202) return reply
    const has = received(reply.header("range"))
    if (has === undefined || has < start || has > end) {
      return yield* new TransportFailure({ kind: "other", why: "it lost a part of an upload" })
    }
    begun.location = yield* locationOf(target, reply, begun.location)
    at = has
    return reply
  })
  const once = Effect.gen(function* () {
    if (again) {
      const reply = yield* ask
      if (at === end || (reply.status !== 204 && reply.status !== 202)) return reply
    }
    again = true
    return yield* caller.call(target, {
      method: "PATCH",
      at: begun.location,
      headers: { ...binary, "content-range": `${at}-${end - 1}` },
      body: bytes.subarray(at - start),
      scopes,
      retry: false
    })
  })
  return Effect.scoped(
    Effect.gen(function* () {
      let reply = yield* retrying(target.base.host, policy, once)
      // Part of it was there already. Spec: OCI distribution-spec, section "Pushing a blob in chunks".
      if (reply.status === 416) reply = yield* retrying(target.base.host, policy, once)
      if (![201, 202, 204].includes(reply.status)) return yield* refusal(target, reply)
      begun.location = yield* locationOf(target, reply, begun.location)
      yield* Effect.ignore(reply.bytes(1024))
    })
  )
}

/** Closes an upload of which all parts are there. */
const close = (
  caller: Caller,
  policy: RetryPolicy,
  target: Target,
  begun: Begun,
  digest: Digest
): Effect.Effect<void, Failure> => {
  let tries = 0
  const once = Effect.suspend(() => {
    tries++
    return caller.call(target, {
      method: "PUT",
      at: withDigest(begun.location, digest),
      headers: binary,
      scopes: pushScope(target),
      retry: false
    })
  })
  return Effect.scoped(
    Effect.gen(function* () {
      const reply = yield* retrying(target.base.host, policy, once)
      if (reply.status === 201 || reply.status === 204) return yield* Effect.ignore(reply.bytes(1024))
      // The answer to an earlier try was lost, not the try.
      if (tries > 1 && reply.status === 404 && (yield* hasBlob(caller, target, digest))) return
      return yield* refusal(target, reply)
    })
  )
}

/** A body that fits into one request. A retry begins a new upload: nobody knows how much of the body the old one has. */
const sendWhole = (
  caller: Caller,
  policy: RetryPolicy,
  target: Target,
  bytes: Uint8Array<ArrayBuffer>,
  digest: Digest
): Effect.Effect<void, Failure> => {
  const once = Effect.gen(function* () {
    const { begun } = yield* begin(caller, target)
    const put = caller.call(target, {
      method: "PUT",
      at: withDigest(begun.location, digest),
      headers: binary,
      body: bytes,
      scopes: pushScope(target),
      retry: false
    })
    return yield* Effect.onExit(put, (exit) =>
      Exit.isSuccess(exit) && exit.value.status < 300 ? Effect.void : cancel(caller, target, begun.location)
    )
  })
  return Effect.scoped(
    Effect.gen(function* () {
      const reply = yield* retrying(target.base.host, policy, once)
      if (reply.status !== 201 && reply.status !== 204) return yield* refusal(target, reply)
      yield* Effect.ignore(reply.bytes(1024))
    })
  )
}

/** Uploads bytes that are at hand: see {@link uploadBlob}, which takes those that are too many for one request. */
export const uploadBytes = (
  caller: Caller,
  policy: RetryPolicy,
  target: Target,
  bytes: Uint8Array,
  digest: Digest
): Effect.Effect<void, Failure> =>
  bytes.length <= usualPart
    ? sendWhole(caller, policy, target, asBody(bytes), digest)
    : Effect.asVoid(uploadBlob(caller, policy, target, Stream.make(bytes), digest))

/** Shared memory is nothing that can be sent. */
const asBody = (bytes: Uint8Array): Uint8Array<ArrayBuffer> =>
  bytes.buffer instanceof ArrayBuffer ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length) : bytes.slice()

/**
 * Uploads a body: in one request when it is short, in parts otherwise. Without `expected` the registry is told the
 * digest that was seen. An upload that fails is given up.
 *
 * Spec: OCI distribution-spec, section "Pushing blobs".
 */
export const uploadBlob = <E>(
  caller: Caller,
  policy: RetryPolicy,
  target: Target,
  bytes: Parameters<typeof makeFiller<E>>[0],
  expected: Digest | undefined
): Effect.Effect<Uploaded, E | Failure> =>
  Effect.scoped(
    Effect.gen(function* () {
      const { fill, hash } = yield* makeFiller(bytes)
      let part: Part = yield* fill(usualPart)
      const digestNow = () => expected ?? hash.digest()
      if (part.last) {
        const digest = digestNow()
        yield* sendWhole(caller, policy, target, part.bytes, digest)
        return { digest, size: hash.size() }
      }
      const { begun, least } = yield* begin(caller, target)
      const inParts = Effect.gen(function* () {
        if (least > largestPart) {
          const why = `it wants parts of ${least} bytes; ${largestPart} are the most`
          return yield* new TransportFailure({ kind: "protocol", why })
        }
        const size = Math.max(usualPart, least)
        if (size > usualPart) part = yield* fill(size, part)
        let start = 0
        for (;;) {
          const { bytes: now, last } = part
          const send = sendPart(caller, policy, target, begun, start, now)
          start += now.length
          if (last) {
            yield* send
            break
          }
          // While one part is on its way the next is filled.
          const [, next] = yield* Effect.all([send, fill(size)], { concurrency: 2 })
          part = next
        }
        const digest = digestNow()
        yield* close(caller, policy, target, begun, digest)
        return { digest, size: hash.size() }
      })
      return yield* Effect.onExit(inParts, (exit) =>
        Exit.isSuccess(exit) ? Effect.void : cancel(caller, target, begun.location)
      )
    })
  )
