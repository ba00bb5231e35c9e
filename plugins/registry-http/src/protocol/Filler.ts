import { hasher } from "@gantry/core/image/Digest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

/** A part of a body that is sent at once. */
export interface Part {
  /** Good until the part after the next is filled. */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Nothing comes after it. */
  readonly last: boolean
}

/** Cuts a stream into parts of one size and hashes it on the way. */
export interface Filler<E> {
  /** Appends to a part until it has `size` bytes or the stream has ended. */
  readonly fill: (size: number, begun?: Part) => Effect.Effect<Part, E>
  readonly hash: ReturnType<typeof hasher>
}

/** The first allocation of a buffer; it grows in two more steps, since what it grew out of is garbage for a while. */
const smallest = 64 * 1024

/** Most buffers that are kept for the next upload: those of two. */
const mostSpare = 4

/** Buffers that ended uploads are done with: an image has many layers, and garbage of this size piles up. */
let spare: ReadonlyArray<Uint8Array<ArrayBuffer>> = []

/** Buffers of one upload, given back at its end. After a failure the connection may still be reading one of them. */
const takeBuffers: Effect.Effect<Array<Uint8Array<ArrayBuffer>>, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => {
    const [first = new Uint8Array(0), second = new Uint8Array(0), ...others] = spare
    spare = others
    return [first, second]
  }),
  (buffers, exit) =>
    Effect.sync(() => {
      if (Exit.isFailure(exit)) return
      // The longest are worth most.
      const all = [...spare, ...buffers].filter(({ length }) => length > 0)
      spare = all.toSorted((a, b) => b.length - a.length).slice(0, mostSpare)
    })
)

/** Opens the stream. It holds two parts at most: one is sent while the next is filled. */
export const makeFiller = <E>(bytes: Stream.Stream<Uint8Array, E>): Effect.Effect<Filler<E>, never, Scope.Scope> =>
  Effect.map(Effect.all([Stream.toPull(bytes), takeBuffers]), ([pull, buffers]) => {
    const hash = hasher()
    let turn = 0
    let pieces: ReadonlyArray<Uint8Array> = []
    /** The piece that is taken next, and how many of its bytes have been. */
    let at = 0
    let taken = 0
    let ended = false

    const room = (size: number, needed: number): Uint8Array<ArrayBuffer> => {
      const buffer = buffers[turn] ?? new Uint8Array(0)
      if (buffer.length >= needed) return buffer
      const larger = new Uint8Array(Math.min(size, Math.max(smallest, needed, buffer.length * 8)))
      larger.set(buffer)
      buffers[turn] = larger
      return larger
    }

    /** Moves what is at hand into the buffer. Returns how full it is then. */
    const move = (size: number, begun: number): number => {
      let full = begun
      while (full < size) {
        const piece = pieces[at]
        if (piece === undefined) break
        const part = piece.subarray(taken, taken + size - full)
        room(size, full + part.length).set(part, full)
        hash.update(part)
        full += part.length
        taken += part.length
        if (taken < piece.length) break
        at++
        taken = 0
      }
      return full
    }

    const more = (size: number, begun: number): Effect.Effect<Part, E> =>
      Effect.suspend(() => {
        const full = move(size, begun)
        const part = (last: boolean): Part => ({ bytes: room(size, full).subarray(0, full), last })
        const none = at >= pieces.length
        if (ended) return Effect.succeed(part(none))
        // A full part asks for what comes next too: only then it is known whether it is the last.
        if (full >= size && !none) return Effect.succeed(part(false))
        return Effect.matchEffect(pull, {
          onFailure: Option.match({
            onSome: (error: E) => Effect.fail(error),
            onNone: () => {
              ended = true
              return more(size, full)
            }
          }),
          onSuccess: (chunk) => {
            // All earlier ones are in the part.
            pieces = Chunk.toReadonlyArray(chunk).filter((piece) => piece.length > 0)
            at = 0
            return more(size, full)
          }
        })
      })

    return {
      hash,
      fill: (size, begun) =>
        Effect.suspend(() => {
          if (begun === undefined) turn = 1 - turn
          return more(size, begun?.bytes.length ?? 0)
        })
    }
  })
