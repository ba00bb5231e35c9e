import type { PathProblem } from "@gantry/core/tree/safe-path"
import type { TreeChange } from "@gantry/core/tree/TreeEntry"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as fc from "fast-check"
import { forAll, type Law } from "./Law.ts"
import { cut, cuts, joined } from "./samples/bytes.ts"
import { hostileArchives } from "./samples/hostile-archives.ts"
import { changeLists, shuffled } from "./samples/changes.ts"
import { treePairs } from "./samples/trees.ts"
import { byPath, inWholeSeconds, sameChanges, sameTree, type Tree } from "./Tree.ts"

/** Functions that spell layers as archives, held to the laws below. */
export class TarFormat extends Context.Tag("@gantry/laws/TarFormat")<
  TarFormat,
  {
    readonly write: (changes: Iterable<TreeChange>) => Iterable<Uint8Array>
    /** Fails when the archive is broken or hostile. Contents are in memory. */
    readonly read: (pieces: ReadonlyArray<Uint8Array>) => Effect.Effect<ReadonlyArray<TreeChange>, unknown>
    readonly place: (name: string) => string | PathProblem
  }
>() {}

const all = { devices: true, fifos: true, xattrs: true }

/** Whether a path stays below the root when a kernel without any care walks it. */
const stays = (path: string): boolean => path.split("/").every((part) => part !== "..") && !/^\/|\0/.test(path)

/** Names made of the parts that matter: each place may hold a climb, nothing, itself, or a name that looks like a climb. */
const names = fc
  .array(fc.constantFrom("..", "..", ".", "", "a", "...", "..a", "a..", "%2e%2e", "\\..", "\0"), {
    minLength: 1,
    maxLength: 5
  })
  .map((parts) => parts.join("/"))

/** What the spelling of layers must make true. */
export const tarLaws: ReadonlyArray<Law<TarFormat>> = [
  forAll(
    "TAR-1",
    "entries that are written and read again are the same entries",
    fc.tuple(changeLists(all), cuts),
    ([changes, places]) =>
      Effect.gen(function* () {
        const tar = yield* TarFormat
        const read = yield* tar.read(cut(joined(tar.write(changes)), places))
        return sameChanges([...read].toSorted(byPath), inWholeSeconds(changes).toSorted(byPath))
      }),
    { runs: 100 }
  ),

  forAll(
    "TAR-2",
    "equal trees give equal archives, and trees that differ in one place different ones",
    fc.tuple(treePairs(all), fc.infiniteStream(fc.nat())),
    ([[tree, next], numbers]) =>
      Effect.map(TarFormat, (tar) => {
        const archive = (of: Tree) => Buffer.from(joined(tar.write(of)))
        const again = Array.from(shuffled(tree, numbers), (entry) =>
          entry.type === "file" && entry.content.from === "bytes"
            ? { ...entry, content: inPieces(entry.content.bytes) }
            : entry
        )
        const alike = sameTree(inWholeSeconds(tree), inWholeSeconds(next))
        return archive(tree).equals(archive(again)) && archive(tree).equals(archive(next)) === alike
      }),
    { runs: 100 }
  ),

  forAll(
    "TAR-3",
    "no entry, whatever its name or link, ends up outside the root",
    fc.tuple(names, fc.constantFrom(...hostileArchives), cuts),
    ([name, { bytes }, places]) =>
      Effect.gen(function* () {
        const tar = yield* TarFormat
        const placed = tar.place(name)
        const climbs = name.split("/").includes("..") || name.includes("\0")
        const read = yield* Effect.either(tar.read(cut(bytes, places)))
        return (typeof placed === "string" ? stays(placed) && !climbs : climbs || name === "") && Either.isLeft(read)
      }),
    { runs: 300 }
  )
]

const inPieces = (bytes: Uint8Array) => ({
  from: "pieces" as const,
  pieces: () => [bytes.subarray(0, 1), bytes.subarray(1)]
})
