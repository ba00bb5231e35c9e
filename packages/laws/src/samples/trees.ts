import type { EntryMeta, TreeEntry } from "@gantry/core/tree/TreeEntry"
import * as fc from "fast-check"
import { byPath, type Tree } from "../Tree.ts"

/**
 * Names of one file. Likely are those that another layer of the system gives a meaning: `.wh` and `..a` are near
 * a whiteout and near the parent directory and are neither; `a-b` sorts between `a` and `a/b`; `\` and `%2e` are
 * separators and dots elsewhere; line ends break lists; 100 and 155 bytes are the edges of an archive's name fields; the
 * two spellings of `é` look the same and are two files; upper and lower case are two files.
 */
const names = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("a", "b", "c", "d") },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ..."a-b A ... ..a .wh wh.a .hidden a\\b %2e%2e -rf * ~ é".split(" "),
      " ",
      "a b",
      "a\nb",
      "e\u0301",
      "日本",
      "🦆",
      "\uffee",
      "a'b",
      'a"b',
      "$(a)",
      "proc",
      "x".repeat(100),
      "y".repeat(155),
      "z".repeat(250)
    )
  }
)

/** Likely are the special bits, nothing at all, and everything. */
const modes = fc.constantFrom(0o644, 0o755, 0o600, 0o4755, 0o2755, 0o1777, 0, 0o7777)

/** 2097151 is the last number that fits an archive's octal field, 2097152 the first that does not. */
const owners = fc.constantFrom(0, 0, 1, 1000, 65_534, 2_097_151, 2_097_152, 4_294_967_294)

/** Whole seconds, a nanosecond next to one, the edge of 32 bits, and a time that 64-bit fractions cannot hold. */
const times = fc.constantFrom(
  0n,
  1n,
  1_000_000_000n,
  999_999_999n,
  1_700_000_000_123_456_789n,
  2_147_483_648_000_000_000n,
  8_589_934_591_000_000_000n
)

/** Sizes around the block of an archive. */
const contents = fc.oneof(
  { withCrossShrink: true },
  fc.uint8Array({ maxLength: 12 }),
  fc.constantFrom(511, 512, 513, 1024).map((size) => new Uint8Array(size).fill(size % 251))
)

/** Links to nothing, to themselves, out of the root, from the root, longer than an archive's link field. */
const targets = fc.constantFrom(
  "a",
  "b",
  ".",
  "..",
  "../..",
  "../../../etc/passwd",
  "/",
  "/a",
  "/a/b",
  "a/",
  "./a",
  "t".repeat(101),
  "é\n"
)

/** Which kinds of entries a sample may hold besides files, directories, links to names and hard links. */
export interface TreeOptions {
  readonly devices?: boolean
  readonly xattrs?: boolean
  readonly fifos?: boolean
  /** Only root may give files away: false makes every entry the property of user 0. */
  readonly owners?: boolean
}

const xattrSets: fc.Arbitrary<ReadonlyMap<string, Uint8Array>> = fc
  .dictionary(fc.constantFrom("user.a", "user.b.c", "user.é"), fc.uint8Array({ maxLength: 6 }), { maxKeys: 2 })
  .map((entries) => new Map(Object.entries(entries)))

interface Seed {
  readonly kind: string
  readonly name: string
  /** Where: 0 is the deepest directory so far, so that deep trees are likely. */
  readonly at: number
  readonly meta: Omit<EntryMeta, "path">
  readonly bytes: Uint8Array
  readonly target: string
  readonly number: number
}

/** An entry without attributes says nothing about them. */
const withoutEmpty = ({ xattrs, ...meta }: Required<Seed["meta"]>): Seed["meta"] =>
  xattrs.size === 0 ? meta : { ...meta, xattrs }

const seeds = (options: TreeOptions): fc.Arbitrary<Seed> =>
  fc.record({
    kind: fc.constantFrom(
      ..."file file file directory directory directory symlink hardlink".split(" "),
      ...(options.devices === true ? ["char", "block"] : []),
      ...(options.fifos === true ? ["fifo"] : [])
    ),
    name: names,
    at: fc.nat({ max: 5 }),
    meta: fc
      .record({
        mode: modes,
        uid: options.owners === false ? fc.constant(0) : owners,
        gid: options.owners === false ? fc.constant(0) : owners,
        mtimeNs: times,
        xattrs: options.xattrs === true ? xattrSets : fc.constant(new Map<string, Uint8Array>())
      })
      .map(withoutEmpty),
    bytes: contents,
    target: targets,
    number: fc.constantFrom(1, 3, 255, 256, 4095)
  })

/** Adds an entry to a tree, or nothing when its place is taken. */
const grow = (tree: Tree, seed: Seed): Tree => {
  const directories = ["", ...tree.filter(({ type }) => type === "directory").map(({ path }) => path)]
  const parent = directories.at(-1 - (seed.at % directories.length)) ?? ""
  const path = parent === "" ? seed.name : `${parent}/${seed.name}`
  if (tree.some((entry) => entry.path === path) || Buffer.byteLength(path) > 2000) return tree
  return [...tree, entryOf(tree, path, seed)]
}

const entryOf = (tree: Tree, path: string, { bytes, kind, meta, number, target }: Seed): TreeEntry => {
  const { xattrs: _, ...plain } = meta
  switch (kind) {
    case "directory":
      return { ...meta, path, type: "directory" }
    case "symlink":
      // The kernel gives every link the mode 0777, and no user attributes.
      return { ...plain, mode: 0o777, path, type: "symlink", target }
    case "hardlink": {
      // One file has one owner, mode and time under all its names, and its first name in sorted order is the file.
      const original = tree.find((entry) => entry.type === "file" && entry.path < path)
      if (original === undefined)
        return { ...meta, path, type: "file", size: bytes.length, content: { from: "bytes", bytes } }
      return { ...metaOf(original), path, type: "hardlink", target: original.path }
    }
    case "char":
    case "block":
      return { ...plain, path, type: kind, major: number, minor: number }
    case "fifo":
      return { ...plain, path, type: "fifo" }
    default:
      return { ...meta, path, type: "file", size: bytes.length, content: { from: "bytes", bytes } }
  }
}

const metaOf = ({ gid, mode, mtimeNs, uid, xattrs }: EntryMeta): Omit<EntryMeta, "path"> => ({
  mode,
  uid,
  gid,
  mtimeNs,
  ...(xattrs === undefined ? {} : { xattrs })
})

/** Whole trees: every parent directory is an entry, sorted by path. The empty tree is likely. */
export const trees = (options: TreeOptions = {}): fc.Arbitrary<Tree> =>
  fc.array(seeds(options), { maxLength: 10 }).map((all) => all.reduce(grow, [] as Tree).toSorted(byPath))

/** A tree and one that came from it by a few edits. */
export const treePairs = (options: TreeOptions = {}): fc.Arbitrary<readonly [Tree, Tree]> =>
  fc.tuple(trees(options), edits(options)).map(([tree, edit]) => [tree, edit(tree)] as const)

/** A tree, and the same tree after some edits, and again. */
export const treeTriples = (options: TreeOptions = {}): fc.Arbitrary<readonly [Tree, Tree, Tree]> =>
  fc.tuple(trees(options), edits(options), edits(options)).map(([tree, first, second]) => {
    const next = first(tree)
    return [tree, next, second(next)] as const
  })

/**
 * Small edits, because trees that have nothing to do with each other share no path. Likely are the ones that a comparison
 * of size and time misses, and those where a directory gives way to a file or comes back with other things in it.
 */
const edits = (options: TreeOptions): fc.Arbitrary<(tree: Tree) => Tree> =>
  fc
    .array(
      fc.tuple(fc.constantFrom("remove", "bytes", "mode", "time", "swap", "refill", "grow"), fc.nat(), seeds(options)),
      {
        maxLength: 4
      }
    )
    .map((list) => (tree) => list.reduce((now, [kind, at, seed]) => edited(now, kind, at, seed), tree).toSorted(byPath))

const edited = (tree: Tree, kind: string, at: number, seed: Seed): Tree => {
  const chosen = tree[tree.length === 0 ? 0 : at % tree.length]
  if (chosen === undefined || kind === "grow") return grow(tree, seed)
  const linked = tree.some((entry) => entry.type === "hardlink" && entry.target === chosen.path)
  const below = (entry: TreeEntry) => entry.path.startsWith(`${chosen.path}/`)
  const kept = consistent(tree.filter((entry) => entry !== chosen && !below(entry)))
  const replaced = (entry: TreeEntry) => tree.map((each) => (each === chosen ? entry : each))
  switch (kind) {
    case "remove":
      return kept
    case "bytes": {
      if (chosen.type !== "file") return tree
      const bytes = new Uint8Array(chosen.size).fill(at % 256)
      return replaced({ ...chosen, content: { from: "bytes", bytes } })
    }
    case "mode":
      if (chosen.type === "symlink" || chosen.type === "hardlink" || linked) return tree
      return replaced({ ...chosen, mode: chosen.mode ^ 0o4000 })
    case "time":
      if (chosen.type === "hardlink" || linked) return tree
      return replaced({ ...chosen, mtimeNs: chosen.mtimeNs + (at % 2 === 0 ? 1n : 1_000_000_000n) })
    case "swap": {
      const type = chosen.type === "directory" ? "file" : "directory"
      return [...kept, entryOf([], chosen.path, { ...seed, kind: type })]
    }
    default:
      // The same directory, removed and made again: nothing of what was in it may shine through.
      if (chosen.type !== "directory") return tree
      return [...kept, chosen, entryOf([], `${chosen.path}/${seed.name}`, { ...seed, kind: "file" })]
  }
}

/** Without hard links that lost the file they name. */
const consistent = (tree: Tree): Tree =>
  tree.filter((entry) => entry.type !== "hardlink" || tree.some(({ path }) => path === entry.target))
