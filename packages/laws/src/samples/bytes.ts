import * as Stream from "effect/Stream"
import * as fc from "fast-check"

/**
 * Content as it arrives: any bytes, cut anywhere, empty pieces included. Empty content and no pieces at all are both
 * likely, because writers like to open their file at the first piece.
 */
export const pieces: fc.Arbitrary<ReadonlyArray<Uint8Array>> = fc.array(fc.uint8Array({ maxLength: 64 }), {
  maxLength: 8
})

/** The pieces in one. */
export const joined = (parts: Iterable<Uint8Array>): Uint8Array => Buffer.concat([...parts])

/**
 * The pieces as a sender has them who uses one buffer for all: each is there until the next one is asked for, and after the
 * last one something else is.
 */
export const refilled = (parts: ReadonlyArray<Uint8Array>): Stream.Stream<Uint8Array> =>
  Stream.suspend(() => {
    const buffer = new Uint8Array(Math.max(0, ...parts.map(({ length }) => length)))
    const filled = (part: Uint8Array) => {
      buffer.fill(0x55)
      buffer.set(part)
      return buffer.subarray(0, part.length)
    }
    // One piece in a chunk, so that none is made before the one in front of it was taken.
    const ends = [...parts, new Uint8Array()]
    return Stream.map(Stream.rechunk(Stream.fromIterable(ends), 1), filled)
  })

/** The same bytes cut at the given places, each a fraction of the length; two equal places make an empty piece. */
export const cut = (bytes: Uint8Array, places: ReadonlyArray<number>): ReadonlyArray<Uint8Array> => {
  const ends = places.map((place) => Math.floor(place * bytes.length)).toSorted((a, b) => a - b)
  return [...ends, bytes.length].map((end, index) => bytes.subarray(index === 0 ? 0 : ends[index - 1], end))
}

/**
 * A place in something of any length: from 0, which is its beginning, to just below 1. All are equally likely, which
 * `fc.double` does not give: of all numbers that have a spelling, nearly all lie next to 0.
 */
export const fractions: fc.Arbitrary<number> = fc.nat({ max: 2 ** 30 - 1 }).map((part) => part / 2 ** 30)

/** Places for {@link cut}. Many are likely: a reader that holds a rest of a piece must hold it across several. */
export const cuts: fc.Arbitrary<ReadonlyArray<number>> = fc.array(fractions, { maxLength: 12 })

/** How sent bytes differ from promised ones. */
export interface Sending {
  readonly promised: ReadonlyArray<Uint8Array>
  readonly sent: ReadonlyArray<Uint8Array>
}

/**
 * A promise and what is sent for it: nearly always almost the same, because two unrelated values are told apart by any
 * check. Kept, cut short at a piece, longer by a byte, with one bit turned, with two pieces swapped.
 */
export const sendings: fc.Arbitrary<Sending> = fc
  .tuple(pieces, fc.constantFrom("same", "short", "long", "bit", "swapped"), fc.nat())
  .map(([promised, change, at]) => ({ promised, sent: changed(promised, change, at) }))

const changed = (parts: ReadonlyArray<Uint8Array>, change: string, at: number): ReadonlyArray<Uint8Array> => {
  const last = parts.at(-1) ?? new Uint8Array()
  const place = parts.length === 0 ? 0 : at % parts.length
  const here = parts[place] ?? new Uint8Array()
  switch (change) {
    case "short":
      return parts.slice(0, -1)
    case "long":
      return [...parts, Uint8Array.of(at % 256)]
    case "bit":
      if (parts.length === 0) return [Uint8Array.of(1)]
      return parts.with(
        place,
        here.length === 0 ? Uint8Array.of(1) : here.map((byte, i) => (i === at % here.length ? byte ^ 1 : byte))
      )
    case "swapped":
      return parts.length < 2 ? parts : [last, ...parts.slice(1, -1), parts[0] ?? last]
    default:
      return parts
  }
}
