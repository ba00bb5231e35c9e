import type { PathProblem } from "@gantry/core/tree/safe-path"
import type { TreeChange } from "@gantry/core/tree/TreeEntry"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as fc from "fast-check"
import { forAll, type Law } from "./Law.ts"
import { cut, cuts, joined } from "./samples/bytes.ts"
import { foreignArchives } from "./samples/foreign-archives.ts"
import { archiveOf, hostileArchives, paxHeader, plainRecord } from "./samples/hostile-archives.ts"
import { changeLists, shuffled } from "./samples/changes.ts"
import { treePairs } from "./samples/trees.ts"
import { byPath, contentOf, inWholeSeconds, sameChanges, sameTree, type Tree } from "./Tree.ts"

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

/** Names at the end of a path, and what they mean. Spec: OCI image-spec, layer.md, "Whiteouts"; records are those of aufs. */
const meanings: ReadonlyArray<readonly [string, "file" | "removed" | "opaque" | "nothing" | "refused"]> = [
  [".wh.a", "removed"],
  [".wh..a", "removed"],
  [".wh....", "removed"],
  [".wh. ", "removed"],
  [`.wh.${"n".repeat(255)}`, "removed"],
  [".wh..wh..opq", "opaque"],
  [".wh..wh.aufs", "nothing"],
  [".wh..wh..opq2", "nothing"],
  [".wh..wh.plnk/1.2", "nothing"],
  [".wh.", "refused"],
  [".wh..", "refused"],
  [".wh...", "refused"],
  [`.wh.${"n".repeat(256)}`, "refused"],
  [".wh.a/b", "refused"],
  [".wh..wh..opq/b", "refused"],
  [".wh", "file"],
  ["wh.a", "file"],
  ["a.wh.b", "file"],
  [".WH.a", "file"],
  [".wh", "file"]
]

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
  ),

  forAll(
    "TAR-4",
    "an archive of the field is read as it was meant, and with a bit turned it is read or refused, never more",
    fc.tuple(fc.constantFrom(...foreignArchives), fc.nat(), fc.nat({ max: 7 }), cuts),
    ([{ bytes, files }, place, bit, places]) =>
      Effect.gen(function* () {
        const tar = yield* TarFormat
        const changes = yield* tar.read(cut(bytes, places))
        // The last one for each name, as they come to lie on a disk.
        const contents = new Map<string, string>()
        for (const change of changes) {
          for (const path of contents.keys()) if (path.startsWith(`${change.path}/`)) contents.delete(path)
          if (change.type === "file") contents.set(change.path, Buffer.from(contentOf(change.content)).toString())
          if (change.type === "hardlink") contents.set(change.path, contents.get(change.target) ?? "")
        }
        const found = [...contents].map(([path, text]) => `${path} ${text}`).toSorted()
        const at = place % bytes.length
        // A defect breaks the law; a failure does not.
        yield* Effect.either(tar.read([Uint8Array.from(bytes).with(at, (bytes[at] ?? 0) ^ (1 << bit))]))
        return found.join("|") === files.toSorted().join("|")
      }),
    {
      runs: 200,
      examples: foreignArchives.map((each): [typeof each, number, number, Array<number>] => [each, 0, 0, []])
    }
  ),

  forAll(
    "TAR-5",
    "names that take something away mean what the specification says, and names near them what they say",
    fc.tuple(fc.constantFrom(...meanings), fc.constantFrom("", "d/", "./", "d/./e/")),
    ([[name, meaning], directory]) =>
      Effect.gen(function* () {
        const tar = yield* TarFormat
        const read = yield* Effect.either(
          tar.read([archiveOf(paxHeader(["path", directory + name]), plainRecord("n", ""))])
        )
        const place = directory.replaceAll("./", "")
        if (meaning === "refused") return Either.isLeft(read)
        if (Either.isLeft(read)) return false
        const [change, ...more] = read.right
        if (meaning === "nothing") return change === undefined
        const path =
          meaning === "opaque" ? place.replace(/\/$/, "") : place + (meaning === "removed" ? name.slice(4) : name)
        return more.length === 0 && change?.type === meaning && change.path === path
      }),
    { runs: 100 }
  )
]

const inPieces = (bytes: Uint8Array) => ({
  from: "pieces" as const,
  pieces: () => [bytes.subarray(0, 1), bytes.subarray(1)]
})
