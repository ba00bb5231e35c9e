import { type Digest, ofBytes } from "@gantry/core/image/Digest"
import { type LayerInfo, LayerStore, type LayerStoreShape, type Stack } from "@gantry/core/store/LayerStore"
import { readChanges } from "@gantry/core/tree/read-changes"
import { parentOf } from "@gantry/core/tree/safe-path"
import { tarPieces } from "@gantry/core/tree/tar-write"
import type { TreeChange, TreeEntry } from "@gantry/core/tree/TreeEntry"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Saboteur } from "../Saboteur.ts"
import { joined } from "../samples/bytes.ts"

type Sin = (store: LayerStoreShape) => Partial<LayerStoreShape>

/** Writes every entry, but not as it was given. */
const writing =
  (bend: (entry: TreeEntry) => TreeChange): Sin =>
  (store) => ({
    write: (tree, changes) =>
      store.write(
        tree,
        Array.from(changes, (change) => (change.type === "removed" || change.type === "opaque" ? change : bend(change)))
      )
  })

const withoutXattrs = (entry: TreeEntry): TreeEntry => {
  const { xattrs: _, ...plain } = entry
  return plain
}

const gathered = <E>(archive: Stream.Stream<Uint8Array, E>) => Effect.map(Stream.runCollect(archive), joined)

const claimed = (diffId: Digest): LayerInfo => ({ diffId, size: 1024, entries: 0 })

const sins: ReadonlyArray<readonly [sin: string, breaks: ReadonlyArray<string>, how: Sin]> = [
  [
    "loses setuid, setgid and sticky",
    ["LAY-1", "LAY-10"],
    writing((entry) => ({ ...entry, mode: entry.mode & 0o777 }))
  ],
  ["gives every file to root", ["LAY-1"], writing((entry) => ({ ...entry, uid: 0 }))],
  ["forgets extended attributes", ["LAY-1"], writing(withoutXattrs)],
  ["keeps times in 32 bits", ["LAY-1"], writing((entry) => ({ ...entry, mtimeNs: BigInt.asUintN(61, entry.mtimeNs) }))],
  [
    "copies hard links",
    ["LAY-1"],
    (store) => ({
      write: (tree, changes) => {
        const all = [...changes]
        const files = new Map(all.flatMap((each) => (each.type === "file" ? [[each.path, each] as const] : [])))
        const copied = (each: TreeChange): TreeChange => {
          const file = each.type === "hardlink" ? files.get(each.target) : undefined
          return file === undefined ? each : { ...file, path: each.path }
        }
        return store.write(tree, all.map(copied))
      }
    })
  ],
  [
    "stamps a directory when something is made in it",
    ["LAY-10"],
    (store) => ({
      write: (tree, changes) =>
        Effect.gen(function* () {
          const all = [...changes]
          yield* store.write(tree, all)
          const touched = new Set(all.map(({ path }) => parentOf(path)))
          const mine = yield* store.changes(tree)
          yield* store.write(
            tree,
            mine.flatMap((each) =>
              each.type === "directory" && touched.has(each.path)
                ? [{ ...each, mtimeNs: each.mtimeNs + 1_000_000_000n }]
                : []
            )
          )
        })
    })
  ],
  [
    "lets a child write into its parent",
    ["LAY-2"],
    (store) => {
      const spoiled = new Set<string>()
      return {
        write: (tree, changes) => {
          const all = [...changes]
          const top = tree.parents.at(-1)
          if (top !== undefined && all.length > 0) spoiled.add(top)
          return store.write(tree, all)
        },
        walk: (stack, directory) =>
          Effect.map(store.walk(stack, directory), (entries) =>
            spoiled.has(stack.at(-1) ?? "") ? entries.slice(1) : entries
          )
      }
    }
  ],
  [
    "removes a layer under a tree",
    ["LAY-3"],
    (store) => ({
      remove: (diffId) =>
        Effect.catchTag(store.remove(diffId), "LayerInUse", ({ users }) =>
          Effect.zipRight(
            Effect.forEach(users, (id) => store.discard({ id })),
            store.remove(diffId)
          )
        )
    })
  ],
  ["never lets a layer go", ["LAY-3"], () => ({ remove: () => Effect.void })],
  ["keeps discarded trees", ["LAY-4"], () => ({ discard: () => Effect.void })],
  [
    "commits what is discarded",
    ["LAY-4"],
    (store) => ({
      discard: ({ id }) => Effect.ignore(store.commit({ id, parents: [], root: { type: "opaque", store: "", id } }))
    })
  ],
  [
    "packs with a block too many",
    ["LAY-5"],
    (store) => ({ pack: (diffId) => Stream.concat(store.pack(diffId), Stream.make(new Uint8Array(512))) })
  ],
  [
    "counts unpacked entries in its own way",
    ["LAY-5"],
    (store) => ({
      unpack: (diffId, archive) =>
        Effect.map(store.unpack(diffId, archive), (info) => ({ ...info, entries: info.entries + 1 }))
    })
  ],
  [
    "forgets what was removed",
    ["LAY-6"],
    (store) => ({
      write: (tree, changes) =>
        store.write(
          tree,
          [...changes].filter(({ type }) => type !== "removed")
        )
    })
  ],
  [
    "forgets that a directory was emptied",
    ["LAY-6"],
    (store) => ({
      write: (tree, changes) =>
        store.write(
          tree,
          [...changes].filter(({ type }) => type !== "opaque")
        )
    })
  ],
  [
    "stacks layers upside down",
    ["LAY-6"],
    (store) => ({ walk: (stack, directory) => store.walk(stack.toReversed(), directory) })
  ],
  [
    "looks into the topmost layer only",
    ["LAY-6"],
    (store) => ({ lookup: (stack, path, follow) => store.lookup(stack.slice(-1), path, follow) })
  ],
  [
    "makes a layer of nothing",
    ["LAY-7"],
    (store) => ({
      commit: (tree, options) =>
        Effect.flatMap(store.commit(tree, options), (layer) => {
          if (Option.isSome(layer)) return Effect.succeed(layer)
          const nothing = joined(tarPieces([]))
          return Effect.map(Effect.orDie(store.unpack(ofBytes(nothing), Stream.make(nothing))), Option.some)
        })
    })
  ],
  [
    "believes the name of an archive",
    ["LAY-8"],
    (store) => ({
      unpack: (_, archive) =>
        Effect.flatMap(gathered(archive), (bytes) => store.unpack(ofBytes(bytes), Stream.make(bytes)))
    })
  ],
  [
    "shows a layer before all of it has come",
    ["LAY-8"],
    (store) => {
      const begun = new Set<Digest>()
      return {
        unpack: (diffId, archive) =>
          Effect.zipRight(
            Effect.sync(() => diffId !== undefined && begun.add(diffId)),
            store.unpack(diffId, archive)
          ),
        get: (diffId) =>
          Effect.map(store.get(diffId), (found) =>
            Option.orElse(found, () => (begun.has(diffId) ? Option.some(claimed(diffId)) : Option.none()))
          )
      }
    }
  ],
  [
    "takes the climbing parts out of a path instead of refusing it",
    ["LAY-9"],
    (store) => ({
      unpack: (diffId, archive) =>
        Effect.catchIf(
          store.unpack(diffId, archive),
          (failure) =>
            typeof failure === "object" && failure !== null && "_tag" in failure && failure._tag === "UnsafePath",
          () => Effect.succeed(claimed(diffId ?? ofBytes(new Uint8Array())))
        )
    })
  ],
  [
    "does not tell what was taken away",
    ["LAY-13"],
    (store) => ({
      contents: (diffId) =>
        Effect.map(store.contents(diffId), (changes) => changes.filter(({ type }) => type !== "removed"))
    })
  ],
  [
    "lets whiteouts take away what their own layer has",
    ["LAY-14"],
    (store) => ({
      walk: (stack, directory) =>
        Effect.gen(function* () {
          const top = stack.at(-1)
          const said = top === undefined ? [] : readChanges([yield* gathered(store.pack(top))])
          const gone = new Set(
            "why" in said ? [] : said.flatMap((each) => (each.type === "removed" ? [each.path] : []))
          )
          return (yield* store.walk(stack, directory)).filter(({ path }) => !gone.has(path))
        })
    })
  ],
  [
    "breaks down over an archive that it cannot read",
    ["LAY-16"],
    (store) => ({
      unpack: (diffId, archive) =>
        Effect.catchIf(
          store.unpack(diffId, archive),
          (failure) =>
            typeof failure === "object" && failure !== null && "_tag" in failure && failure._tag === "LayerMalformed",
          (failure) => Effect.die(failure)
        )
    })
  ],
  [
    "leaves out the last change when asked for all",
    ["LAY-11"],
    (store) => ({ changes: (tree) => Effect.map(store.changes(tree), (changes) => changes.slice(0, -1)) })
  ],
  [
    "counts blocks for bytes",
    ["LAY-11"],
    (store) => ({
      usage: (tree) =>
        Effect.map(store.usage(tree), (usage) => ({ ...usage, bytes: Math.ceil(usage.bytes / 512) * 512 }))
    })
  ],
  [
    "writes every archive in its own way",
    ["LAY-12"],
    (store) => ({
      pack: (diffId) =>
        Stream.unwrap(
          Effect.map(gathered(store.pack(diffId)), (bytes) => {
            const changes = readChanges([bytes])
            return Stream.make(joined(tarPieces("why" in changes ? [] : changes)))
          })
        )
    })
  ],
  [
    "packs what a tree wrote, without what it stands on",
    ["LAY-15"],
    (store) => ({
      packTree: (tree) =>
        Stream.fromIterableEffect(Effect.map(store.changes(tree), (changes) => [...tarPieces(changes)]))
    })
  ],
  [
    "forgets what was removed when it packs the changes of a tree",
    ["LAY-17"],
    (store) => ({
      packChanges: (tree) =>
        Stream.fromIterableEffect(
          Effect.map(store.changes(tree), (changes) => [...tarPieces(changes.filter(({ type }) => type !== "removed"))])
        )
    })
  ],
  [
    "packs what a tree has removed",
    ["LAY-15"],
    (store) => {
      const stacks = new Map<string, Stack>()
      return {
        prepare: (request) =>
          Effect.tap(store.prepare(request), ({ id, parents }) => Effect.sync(() => void stacks.set(id, parents))),
        packTree: ({ id }) =>
          Stream.fromIterableEffect(
            Effect.gen(function* () {
              const below = yield* Effect.orDie(store.walk(stacks.get(id) ?? [], ""))
              const above = (yield* store.changes({ id })).filter(({ type }) => type !== "removed" && type !== "opaque")
              return [...tarPieces([...below, ...above])]
            })
          )
      }
    }
  ]
]

/** Layer stores with one sin each, made from an honest one. */
export const layerSaboteurs = (honest: Layer.Layer<LayerStore>): ReadonlyArray<Saboteur<LayerStore>> =>
  sins.map(([sin, breaks, how]) => ({
    sin,
    breaks,
    layer: Layer.provide(
      Layer.effect(
        LayerStore,
        Effect.map(LayerStore, (store) => ({ ...store, ...how(store) }))
      ),
      honest
    )
  }))
