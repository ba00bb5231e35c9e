import { ofBytes } from "@gantry/core/image/Digest"
import { LayerStore } from "@gantry/core/store/LayerStore"
import { tarPieces } from "@gantry/core/tree/tar-write"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import * as fc from "fast-check"
import { forAll, type Law } from "./Law.ts"
import { layerOf, packed, spoiled, stackedOn, visible } from "./layer-steps.ts"
import { cut, cuts, joined } from "./samples/bytes.ts"
import { foreignArchives } from "./samples/foreign-archives.ts"
import { hostileArchives, treacherousArchives } from "./samples/hostile-archives.ts"
import { layerWords, meantBy, spelledWords, trickyWords, wordsBelow } from "./samples/layer-words.ts"
import { asSeen, contentOf, type Tree } from "./Tree.ts"

/** Each of them once, in one piece. */
const uncut = <Archive>(archives: ReadonlyArray<Archive>): Array<[Archive, ReadonlyArray<number>]> =>
  archives.map((archive) => [archive, []])

/** What a store of layers makes of archives that it did not write itself: a part of the laws of layers. */
export const layerArchiveLaws = (fewTrees: fc.Arbitrary<Tree>): ReadonlyArray<Law<LayerStore>> => [
  forAll(
    "LAY-8",
    "an archive that breaks its promise is never visible",
    fc.tuple(fewTrees, cuts, fc.constantFrom("short", "long", "bit", "broken line"), fc.nat()),
    ([tree, places, change, at]) =>
      Effect.gen(function* () {
        const store = yield* LayerStore
        const archive = joined(tarPieces(tree))
        const diffId = ofBytes(archive)
        yield* store.remove(diffId)
        const before = (yield* store.list).length
        const sent = Stream.fromIterable(cut(spoiled(archive, change, at), places))
        const line: Stream.Stream<Uint8Array, string> =
          change === "broken line" ? Stream.concat(sent, Stream.fail("the line went dead")) : sent
        const refused = yield* Effect.isFailure(store.unpack(diffId, line))
        const seen = yield* visible(diffId)
        const after = (yield* store.list).length
        // What was refused does not stand in the way of the true one.
        yield* store.unpack(diffId, Stream.fromIterable(cut(archive, places)))
        return refused && !seen && before === after && (yield* visible(diffId))
      })
  ),

  forAll(
    "LAY-9",
    "an archive with a path that leads outside, or through a link, is refused and leaves nothing",
    fc.tuple(fc.constantFrom(...hostileArchives, ...treacherousArchives), cuts),
    ([{ bytes }, places]) =>
      Effect.gen(function* () {
        const store = yield* LayerStore
        const diffId = ofBytes(bytes)
        const before = (yield* store.list).length
        const refused = yield* Effect.flip(store.unpack(diffId, Stream.fromIterable(cut(bytes, places))))
        return refused._tag === "UnsafePath" && !(yield* visible(diffId)) && (yield* store.list).length === before
      }),
    { runs: 30, examples: uncut(treacherousArchives) }
  ),

  forAll(
    "LAY-12",
    "an archive that somebody else wrote is read as it was meant, and packed as it was written",
    fc.tuple(fc.constantFrom(...foreignArchives), cuts),
    ([{ bytes, files }, places]) =>
      Effect.gen(function* () {
        const store = yield* LayerStore
        const diffId = ofBytes(bytes)
        yield* store.remove(diffId)
        yield* store.unpack(diffId, Stream.fromIterable(cut(bytes, places)))
        const seen = asSeen(yield* store.walk([diffId], ""))
        const texts = seen.flatMap((entry) =>
          entry.type === "file" ? [`${entry.path} ${Buffer.from(contentOf(entry.content)).toString()}`] : []
        )
        return ofBytes(yield* packed(diffId)) === diffId && texts.join("|") === files.join("|")
      }),
    { runs: 40, examples: uncut(foreignArchives) }
  ),

  forAll(
    "LAY-14",
    "marks speak of the layers below only, wherever they stand, and of two entries the last one counts",
    layerWords,
    (list) =>
      Effect.gen(function* () {
        const store = yield* LayerStore
        const base = stackedOn([], yield* layerOf([], wordsBelow))
        const archive = spelledWords(list)
        const diffId = ofBytes(archive)
        yield* store.unpack(diffId, Stream.make(archive))
        const seen = yield* store.walk([...base, diffId], "")
        const words = seen.map(({ path, ...entry }) =>
          entry.type === "file"
            ? `${path} file ${Buffer.from(contentOf(entry.content)).toString()}`
            : `${path} ${entry.type}`
        )
        return words.toSorted().join("|") === meantBy(list).join("|")
      }),
    { runs: 60, examples: trickyWords }
  ),

  forAll(
    "LAY-16",
    "an archive with a bit turned is a layer that is packed as it came, or is refused for what it is",
    fc.tuple(fc.constantFrom(...foreignArchives), fc.nat(), fc.nat({ max: 7 })),
    ([{ bytes }, place, bit]) =>
      Effect.gen(function* () {
        const store = yield* LayerStore
        const at = place % bytes.length
        const turned = Uint8Array.from(bytes).with(at, (bytes[at] ?? 0) ^ (1 << bit))
        // Whoever turned it could name it too: the digest is no protection here.
        const diffId = ofBytes(turned)
        const outcome = yield* Effect.either(store.unpack(diffId, Stream.make(turned)))
        if (Either.isRight(outcome)) return ofBytes(yield* packed(diffId)) === diffId
        const blamed = outcome.left._tag === "LayerMalformed" || outcome.left._tag === "UnsafePath"
        return blamed && !(yield* visible(diffId))
      }),
    { runs: 60 }
  )
]
