import { type Digest, ofBytes } from "@gantry/core/image/Digest"
import { BlobStore, type PartialBlob } from "@gantry/core/store/BlobStore"
import * as Chunk from "effect/Chunk"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as fc from "fast-check"
import { forAll, type Law } from "./Law.ts"
import { joined, pieces, refilled, sendings } from "./samples/bytes.ts"

/** Whether a blob can be seen in any of the ways a store has: all must agree, or the answer is neither. */
const visibility = (digest: Digest) =>
  Effect.gen(function* () {
    const store = yield* BlobStore
    const read = yield* Effect.isSuccess(Stream.runDrain(store.read(digest)))
    const sized = Option.isSome(yield* store.size(digest))
    const listed = (yield* Stream.runCollect(Stream.filter(store.list, (each) => each === digest))).length
    if (read && sized && listed === 1) return "here"
    return read || sized || listed > 0 ? "half here" : "gone"
  })

const same = (some: Uint8Array, others: Uint8Array): boolean => Buffer.from(some).equals(others)

/** What a store of blobs must make true. */
export const blobLaws: ReadonlyArray<Law<BlobStore>> = [
  forAll("BLOB-1", "what was written is what is read", pieces, (parts) =>
    Effect.gen(function* () {
      const store = yield* BlobStore
      const digest = ofBytes(joined(parts))
      yield* store.remove(digest)
      yield* store.write(digest, refilled(parts))
      const streamed = joined(yield* Stream.runCollect(store.read(digest)))
      const whole = yield* store.readWhole(digest)
      const size = yield* store.size(digest)
      return ofBytes(streamed) === digest && ofBytes(whole) === digest && Option.contains(size, streamed.length)
    })
  ),

  forAll("BLOB-2", "bytes that break their promise are never visible", sendings, ({ promised, sent }) =>
    Effect.gen(function* () {
      const store = yield* BlobStore
      const digest = ofBytes(joined(promised))
      yield* store.remove(digest)
      const accepted = yield* Effect.isSuccess(store.write(digest, Stream.fromIterable(sent)))
      const honest = ofBytes(joined(sent)) === digest
      return accepted === honest && (yield* visibility(digest)) === (honest ? "here" : "gone")
    })
  ),

  forAll("BLOB-3", "writing many times is writing once", pieces, (parts) =>
    Effect.gen(function* () {
      const store = yield* BlobStore
      const digest = ofBytes(joined(parts))
      const write = store.write(digest, Stream.fromIterable(parts))
      yield* Effect.all([write, write, write], { concurrency: 3 })
      yield* write
      return (yield* visibility(digest)) === "here"
    })
  ),

  forAll("BLOB-4", "an interrupted write leaves nothing", fc.tuple(pieces, fc.nat({ max: 8 })), ([parts, at]) =>
    Effect.gen(function* () {
      const store = yield* BlobStore
      const digest = ofBytes(joined(parts))
      yield* store.remove(digest)
      const before = new Set(yield* Stream.runCollect(store.list))
      const foreign = Effect.map(Stream.runCollect(Stream.filter(store.list, (each) => !before.has(each))), Chunk.size)
      const sent = yield* Deferred.make<void>()
      const stalled = Stream.fromIterable(parts.slice(0, at)).pipe(
        Stream.concat(Stream.execute(Deferred.succeed(sent, undefined))),
        Stream.concat(Stream.never)
      )
      const writing = yield* Effect.fork(store.write(digest, stalled))
      yield* Effect.race(Deferred.await(sent), Fiber.await(writing))
      const meanwhile = yield* foreign
      yield* Fiber.interrupt(writing)
      const afterInterrupt = yield* visibility(digest)
      const broken = Stream.concat(Stream.fromIterable(parts.slice(0, at)), Stream.fail("the line went dead"))
      yield* Effect.ignore(store.write(digest, broken))
      const isGone = afterInterrupt === "gone" && (yield* visibility(digest)) === "gone"
      return meanwhile === 0 && isGone && (yield* foreign) === 0
    })
  ),

  forAll("BLOB-5", "a removed blob is gone, and removing it again changes nothing", pieces, (parts) =>
    Effect.gen(function* () {
      const store = yield* BlobStore
      const digest = ofBytes(joined(parts))
      const other = ofBytes(joined([...parts, Uint8Array.of(0)]))
      yield* store.write(digest, Stream.fromIterable(parts))
      yield* store.write(other, Stream.fromIterable([...parts, Uint8Array.of(0)]))
      yield* store.remove(digest)
      const once = yield* visibility(digest)
      yield* store.remove(digest)
      const twice = yield* visibility(digest)
      return once === "gone" && twice === "gone" && (yield* visibility(other)) === "here"
    })
  ),

  forAll(
    "BLOB-6",
    "a beginning is there when it is opened again, is no blob, and is gone once it was discarded",
    fc.tuple(pieces, pieces, fc.nat({ max: 600 }), fc.nat({ max: 600 })),
    ([first, second, offset, length]) =>
      Effect.gen(function* () {
        const store = yield* BlobStore
        const whole = joined([...first, ...second])
        const digest = ofBytes(whole)
        const opened = <A, E>(use: (partial: PartialBlob) => Effect.Effect<A, E>) =>
          Effect.scoped(Effect.flatMap(store.partial(digest), Effect.transposeMapOption(use)))
        yield* store.remove(digest)
        const begun = yield* opened((partial) => Effect.zipRight(partial.discard, Effect.succeed(true)))
        // A store that keeps no beginnings says so.
        if (Option.isNone(begun)) return true
        yield* opened((partial) => Effect.forEach(first, partial.append))
        const between = yield* visibility(digest)
        const went = yield* opened((partial) =>
          Effect.gen(function* () {
            const size = partial.size === joined(first).length
            yield* Effect.forEach(second, partial.append)
            const part = yield* partial.read(offset, length)
            const all = yield* partial.read(0, whole.length + 1)
            return size && same(part, whole.subarray(offset, offset + length)) && same(all, whole)
          })
        )
        const still = yield* visibility(digest)
        yield* store.write(digest, Stream.make(whole))
        yield* opened((partial) => partial.discard)
        const complete = yield* visibility(digest)
        const empty = yield* opened((partial) => Effect.succeed(partial.size === 0))
        yield* opened((partial) => partial.discard)
        return (
          between === "gone" &&
          Option.contains(went, true) &&
          still === "gone" &&
          complete === "here" &&
          Option.contains(empty, true)
        )
      })
  ),

  forAll("BLOB-7", "bytes without a promise are stored under their own digest, or not at all", pieces, (parts) =>
    Effect.gen(function* () {
      const store = yield* BlobStore
      const whole = joined(parts)
      const digest = ofBytes(whole)
      yield* store.remove(digest)
      const broken = Stream.concat(Stream.fromIterable(parts), Stream.fail("the line went dead"))
      const refused = yield* Effect.isFailure(store.add(broken))
      const between = yield* visibility(digest)
      const added = yield* store.add(refilled(parts))
      return (
        refused &&
        between === "gone" &&
        added.digest === digest &&
        added.size === whole.length &&
        same(joined(yield* Stream.runCollect(store.read(digest))), whole)
      )
    })
  )
]
