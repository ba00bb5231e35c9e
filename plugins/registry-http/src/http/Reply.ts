import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { HttpAnswer, HttpRequest, Send } from "./Send.ts"
import { TransportFailure, transportFailure } from "./TransportFailure.ts"

/** An answer whose body has not been read yet. It is given up when its scope closes. */
export interface Reply {
  readonly status: number
  /** The address that answered, after redirects. */
  readonly url: URL
  readonly header: (name: string) => string | undefined
  /** Fails as `broken` when fewer bytes come than were announced. May be run once. */
  readonly body: Stream.Stream<Uint8Array, TransportFailure>
  /** The whole body, unless it is longer than `limit` bytes: then nothing more is read. */
  readonly bytes: (limit: number) => Effect.Effect<Uint8Array<ArrayBuffer>, TransportFailure>
}

/** Slowest speed that an upload, or a body that is wanted whole, may have, in bytes for each millisecond. */
const slowest = 16

/** Slowest speed of any body, in bytes for each millisecond that it is waited for: a byte now and then is as good as none. */
const trickle = 0.1

/** Runs a promise for at most so many milliseconds; then, or when interrupted, it is aborted. */
const within = <A>(
  milliseconds: number,
  controller: AbortController,
  start: () => Promise<A>
): Effect.Effect<A, TransportFailure> =>
  Effect.async((resume) => {
    const timer = setTimeout(() => {
      resume(
        Effect.fail(new TransportFailure({ kind: "stalled", why: `it sent nothing for ${seconds(milliseconds)}` }))
      )
      controller.abort()
    }, milliseconds)
    start().then(
      (value) => {
        clearTimeout(timer)
        resume(Effect.succeed(value))
      },
      (cause: unknown) => {
        clearTimeout(timer)
        resume(Effect.fail(transportFailure(cause)))
      }
    )
    return Effect.sync(() => {
      clearTimeout(timer)
      controller.abort()
    })
  })

const seconds = (milliseconds: number): string => `${Math.round(milliseconds / 100) / 10} s`

/** Bytes the answer announces; none when it does not, or when they are counted before a decoding. */
const announced = ({ headers, status }: HttpAnswer, method: string): number | undefined => {
  const length = headers.get("content-length")
  if (length === null || !/^\d{1,15}$/.test(length) || method === "HEAD" || status === 204 || status === 304) {
    return undefined
  }
  const encoding = headers.get("content-encoding")
  return encoding === null || encoding === "identity" ? Number(length) : undefined
}

/** Reads a body: its next piece each time, undefined after the last. */
const reading = (
  answer: HttpAnswer,
  request: HttpRequest,
  idle: number,
  controller: AbortController,
  onEnd: () => void
): Effect.Effect<Uint8Array | undefined, TransportFailure> => {
  const expected = announced(answer, request.method)
  const reader = answer.body?.getReader()
  let seen = 0
  /** Milliseconds that were waited since the speed was looked at, and bytes that came in them. */
  let waited = 0
  let came = 0
  const read = Effect.suspend(() => {
    if (reader === undefined) return Effect.succeed(undefined)
    const before = Date.now()
    return Effect.map(
      within(idle, controller, () => reader.read()),
      (result) => {
        waited += Date.now() - before
        return result
      }
    )
  })
  return Effect.flatMap(read, (result): Effect.Effect<Uint8Array | undefined, TransportFailure> => {
    if (result !== undefined && !result.done) {
      seen += result.value.length
      came += result.value.length
      if (waited >= idle) {
        if (came < trickle * waited) {
          controller.abort()
          const why = `it sent only ${came} bytes in ${seconds(waited)}`
          return Effect.fail(new TransportFailure({ kind: "stalled", why }))
        }
        waited = 0
        came = 0
      }
      return Effect.succeed(result.value)
    }
    if (expected === undefined || seen >= expected) return Effect.as(Effect.sync(onEnd), undefined)
    const why = `the connection was cut after ${seen} of ${expected} bytes`
    return Effect.fail(new TransportFailure({ kind: "broken", why }))
  })
}

const streamOf = (
  next: Effect.Effect<Uint8Array | undefined, TransportFailure>
): Stream.Stream<Uint8Array, TransportFailure> =>
  Stream.repeatEffectOption(
    Effect.flatMap(Effect.mapError(next, Option.some), (piece) =>
      piece === undefined ? Effect.fail(Option.none()) : Effect.succeed(piece)
    )
  )

/**
 * Sends one request and waits for the beginning of its answer. `idle` is the longest time in milliseconds without a
 * byte; a request with a body gets more, by its length.
 */
export const exchange = (
  send: Send,
  request: HttpRequest,
  idle: number
): Effect.Effect<Reply, TransportFailure, Scope.Scope> =>
  Effect.gen(function* () {
    const controller = new AbortController()
    // Giving up what has ended is not free: runtimes make an error of it.
    let ended = false
    yield* Effect.addFinalizer(() => Effect.sync(() => (ended ? undefined : controller.abort())))
    const patience = idle + (request.body?.length ?? 0) / slowest
    const answer = yield* within(patience, controller, () => send(request, controller.signal))
    ended = request.method === "HEAD" || announced(answer, request.method) === 0
    // A reader is made for whoever reads.
    const read = () => reading(answer, request, idle, controller, () => void (ended = true))
    return {
      status: answer.status,
      url: request.url,
      header: (name) => answer.headers.get(name) ?? undefined,
      body: Stream.suspend(() => streamOf(read())),
      bytes: (limit) =>
        Effect.gen(function* () {
          const next = read()
          const parts: Array<Uint8Array> = []
          let size = 0
          const begun = Date.now()
          for (let part = yield* next; part !== undefined; part = yield* next) {
            size += part.length
            const took = Date.now() - begun
            if (took > idle + limit / slowest) {
              controller.abort()
              const why = `it sent only ${size} bytes in ${seconds(took)}`
              return yield* new TransportFailure({ kind: "stalled", why })
            }
            if (size > limit) {
              controller.abort()
              const why = `it sent more than ${limit} bytes where few are right`
              return yield* new TransportFailure({ kind: "protocol", why })
            }
            parts.push(part)
          }
          return Buffer.concat(parts)
        })
    }
  })
