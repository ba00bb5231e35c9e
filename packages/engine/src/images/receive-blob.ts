import type { Descriptor } from "@gantry/core/image/Descriptor"
import { hasher } from "@gantry/core/image/Digest"
import type { ImageRef } from "@gantry/core/image/ImageRef"
import type { RegistryShape } from "@gantry/core/registry/Registry"
import type { RegistryError } from "@gantry/core/registry/RegistryError"
import type { PartialBlob } from "@gantry/core/store/BlobStore"
import { BlobCorrupt, type StorageFailure } from "@gantry/core/store/StoreError"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Runtime from "effect/Runtime"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

/** How receiving can fail. */
export type ReceiveError = BlobCorrupt | RegistryError | StorageFailure

/** A blob that is coming in. */
export interface Incoming {
  /**
   * The next piece, from the blob's beginning on; undefined after the last one, when all of them had the size and the
   * digest that were promised. Rejects with a {@link ReceiveError}, then always.
   */
  readonly next: () => Promise<Uint8Array | undefined>
  /** Ends it: `next` rejects from now on, also when it waits already. */
  readonly close: () => void
}

/** What to receive. */
export interface ReceiveRequest {
  readonly registry: RegistryShape
  readonly ref: ImageRef
  readonly descriptor: Pick<Descriptor, "digest" | "size">
  /** Where bytes are kept until they are read. */
  readonly into: PartialBlob
  /** Bytes that are here now. */
  readonly onBytes: (bytes: number) => void
}

/** Bytes read at once. */
const pieceSize = 256 * 1024

/** How often a connection that broke after it had delivered something is opened again. */
const mostResumes = 5

/**
 * Appends what a blob's beginning lacks. Succeeds with the number of bytes that there are then, which is one more than
 * was promised when there were any more; whether they are the right ones nobody has looked at.
 */
export const downloadBlob = ({
  descriptor: { digest, size },
  into,
  onBytes,
  ref,
  registry
}: ReceiveRequest): Effect.Effect<number, RegistryError | StorageFailure> =>
  Effect.suspend(() => {
    let here = into.size

    const append = (piece: Uint8Array): Effect.Effect<void, StorageFailure | typeof stop> =>
      here + piece.length > size
        ? Effect.fail(stop)
        : Effect.map(into.append(piece), () => {
            here += piece.length
            onBytes(here)
          })

    const attempt = (left: number): Effect.Effect<void, RegistryError | StorageFailure | typeof stop> =>
      Effect.suspend(() => {
        const before = here
        const again = Effect.suspend(() => attempt(left - 1))
        return Stream.runForEach(registry.fetchFrom(ref, digest, here), append).pipe(
          // It ended early, or broke: whoever delivered something is asked for the rest.
          Effect.zipRight(Effect.suspend(() => (here < size && here > before && left > 0 ? again : Effect.void))),
          Effect.catchTag("RegistryUnavailable", (problem) =>
            here > before && left > 0 ? again : Effect.fail(problem)
          )
        )
      })

    if (here >= size) return Effect.succeed(here)
    return attempt(mostResumes).pipe(
      Effect.map(() => here),
      Effect.catchAll((problem) => (problem === stop ? Effect.succeed(size + 1) : Effect.fail(problem)))
    )
  })

/**
 * Fetches a blob into its beginning at the speed of the network, while its bytes are read at the reader's: the death of
 * the process loses only what was on the way. The download ends with the scope; what it appended stays.
 */
export const receiveBlob = (request: ReceiveRequest): Effect.Effect<Incoming, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { descriptor, into, onBytes } = request
    const { digest, size } = descriptor
    let here = into.size
    let ended: Exit.Exit<number, ReceiveError> | undefined
    let closed = false
    let wake = (): void => {}
    const seen = hasher()

    const wrong = () => new BlobCorrupt({ expected: digest, actual: seen.digest(), size: here })

    const arrived = (bytes: number): void => {
      here = bytes
      onBytes(bytes)
      wake()
    }
    yield* downloadBlob({ ...request, onBytes: arrived }).pipe(
      Effect.onExit((exit) =>
        Effect.sync(() => {
          ended = exit
          wake()
        })
      ),
      Effect.forkScoped
    )

    // Decoders of the runtime pull bytes by promises.
    const runtime = yield* Effect.runtime()
    const read = async (offset: number, length: number): Promise<Uint8Array> => {
      const exit = await Runtime.runPromiseExit(runtime, into.read(offset, length))
      if (Exit.isSuccess(exit)) return exit.value
      throw Cause.squash(exit.cause)
    }

    let at = 0
    const step = async (): Promise<Uint8Array | undefined> => {
      for (;;) {
        if (closed) throw new Error("nobody wants the bytes any more")
        if (at < here) {
          const bytes = await read(at, Math.min(pieceSize, here - at))
          if (bytes.length > 0) {
            seen.update(bytes)
            at += bytes.length
            return bytes
          }
          throw wrong()
        }
        if (ended !== undefined) break
        await new Promise<void>((resolve) => (wake = resolve))
      }
      if (Exit.isFailure(ended)) throw Cause.squash(ended.cause)
      const actual = seen.digest()
      if (actual !== digest || ended.value !== size) {
        throw new BlobCorrupt({ expected: digest, actual, size: ended.value })
      }
      return undefined
    }

    // One step at a time, whoever asks; what came of the last one stays.
    let last: Promise<Uint8Array | undefined> = Promise.resolve(new Uint8Array())
    const close = (): void => {
      closed = true
      wake()
    }
    yield* Effect.addFinalizer(() => Effect.sync(close))
    return {
      next: () => {
        last = last.then((before) => (before === undefined ? undefined : step()))
        return last
      },
      close
    }
  })

/** The download ends without a failure of its own: what it got is judged. */
const stop = Symbol("stop")

/** Bytes that are unread when whoever brings more has to wait. */
const windowSize = 1024 * 1024

/** Stands in for a beginning where the store keeps none: holds what has not been read yet, and lets the sender wait. */
export const passing = (): PartialBlob => {
  let pieces: Array<Uint8Array> = []
  let held = 0
  let resume = (): void => {}
  return {
    size: 0,
    append: (piece) =>
      Effect.async((done) => {
        // A copy: whoever sends the bytes may fill the same buffer again.
        pieces.push(piece.slice())
        held += piece.length
        if (held < windowSize) return done(Effect.void)
        resume = () => done(Effect.void)
      }),
    read: (_offset, length) =>
      Effect.sync(() => {
        const all = Buffer.concat(pieces)
        const taken = all.subarray(0, length)
        pieces = all.length > length ? [all.subarray(length)] : []
        held = all.length - taken.length
        if (held < windowSize) resume()
        return taken
      }),
    discard: Effect.void
  }
}
