import { createHash } from "node:crypto"
import {
  chmodSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync
} from "node:fs"
import * as Either from "effect/Either"
import { describe, expect, it } from "vitest"
import {
  bytesDigest,
  type DigestMemo,
  type DigestSoon,
  fileDigest,
  type FileState
} from "../../src/context/content-digest.ts"
import { type ContextTree, open } from "../../src/context/ContextTree.ts"
import { type Match, select } from "../../src/context/select.ts"
import { listFiles } from "../../src/key/file-list.ts"
import type { Digest } from "@gantry/core/image/Digest"
import { atOnce, type Turns, turnSize } from "@gantry/core/turns"
import { withTree } from "./temporary-tree.ts"

/** A context, and what a source means in it. */
const selectedIn = (root: string, source = ".") => {
  const tree = open(root)
  return { tree, matches: Either.getOrThrow(select(tree, source)) }
}

const listed = (
  { matches, tree }: { readonly tree: ContextTree; readonly matches: ReadonlyArray<Match> },
  memory?: DigestMemo
) => Either.map(atOnce(listFiles(matches, "", (entry) => fileDigest(tree, entry, memory))), ({ digest }) => digest)

const digestOf = (root: string, memory?: DigestMemo) => Either.getOrThrow(listed(selectedIn(root), memory))

const sketch = { "a/x": "1", "a/y": "2", b: "3", l: "-> b", "e/": "" }

const read = (soon: DigestSoon) => Either.getOrThrow(Either.isEither(soon) ? soon : atOnce(soon))

describe("the digest of what is copied", () => {
  it("changes with every thing that is copied", () => {
    const changes: { readonly [what: string]: (root: string) => void } = {
      bytes: (root) => writeFileSync(`${root}/a/x`, "9"),
      mode: (root) => chmodSync(`${root}/b`, 0o755),
      "set-id bit": (root) => chmodSync(`${root}/b`, 0o4644),
      "mode of a directory": (root) => chmodSync(`${root}/a`, 0o700),
      name: (root) => renameSync(`${root}/b`, `${root}/c`),
      place: (root) => renameSync(`${root}/b`, `${root}/a/b`),
      "link target": (root) => (rmSync(`${root}/l`), symlinkSync("a", `${root}/l`)),
      type: (root) => (rmSync(`${root}/b`), mkdirSync(`${root}/b`)),
      "empty directory": (root) => rmSync(`${root}/e`, { recursive: true }),
      swap: (root) => {
        renameSync(`${root}/a/x`, `${root}/t`)
        renameSync(`${root}/a/y`, `${root}/a/x`)
        renameSync(`${root}/t`, `${root}/a/y`)
      }
    }
    const digests = Object.values(changes).map((change) => withTree(sketch, (root) => (change(root), digestOf(root))))
    const unchanged = withTree(sketch, (root) => digestOf(root))
    expect(new Set([unchanged, ...digests]).size).toBe(digests.length + 1)
  })

  it("does not change with times, owners and the order of making", () => {
    const plain = withTree(sketch, (root) => digestOf(root))
    expect(withTree(sketch, (root) => (utimesSync(`${root}/b`, 1, 2), digestOf(root)))).toBe(plain)
    expect(withTree(Object.fromEntries(Object.entries(sketch).toReversed()), (root) => digestOf(root))).toBe(plain)
    const owned = withTree(sketch, (root) => {
      try {
        lchownSync(`${root}/b`, 12, 34)
      } catch {
        // Only root may give files away; for others there is no owner to change.
      }
      return digestOf(root)
    })
    expect(owned).toBe(plain)
  })

  it("hashes files that are larger than its buffer", () => {
    const content = "0123456789".repeat(250_000)
    withTree({ big: content, small: "" }, (root) => {
      const tree = open(root)
      const [big, small] = Either.getOrThrow(tree.list(""))
      expect(read(fileDigest(tree, big!))).toBe(
        "sha256:556a102a96bb36db0c1341ce2a89c268a982ab75d2b0b7bce602ca7f124d798c"
      )
      expect(read(fileDigest(tree, small!))).toBe(
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      )
    })
  })

  it("reads a long file in turns, and a short one at once", () => {
    withTree({ long: "begin", short: "" }, (root) => {
      truncateSync(`${root}/long`, turnSize + 1)
      const tree = open(root)
      const [long, short] = Either.getOrThrow(tree.list(""))
      expect(Either.isEither(fileDigest(tree, short!))).toBe(true)
      const reading = fileDigest(tree, long!) as Turns<Either.Either<Digest, unknown>>
      expect(reading.next().done).toBe(false)
      const whole = createHash("sha256")
        .update("begin")
        .update(Buffer.alloc(turnSize - 4))
      expect(reading.next()).toMatchObject({ done: true, value: { right: `sha256:${whole.digest("hex")}` } })
    })
  })

  it("holds no file open once the reading was given up", () => {
    withTree({ long: "" }, (root) => {
      truncateSync(`${root}/long`, 2 * turnSize)
      const descriptors = () => readdirSync("/proc/self/fd").length
      const before = descriptors()
      const reading = bytesDigest(`${root}/long`)
      reading.next()
      expect(descriptors()).toBe(before + 1)
      reading.return(undefined as never)
      expect(descriptors()).toBe(before)
    })
  })

  it("is a problem when a file has become something else", () => {
    withTree({ a: "1", b: "2" }, (root) => {
      const seen = selectedIn(root, "a")
      rmSync(`${root}/a`)
      expect(Either.flip(listed(seen))).toMatchObject(
        Either.right({ _tag: "ContextUnreadable", path: "a", code: "ENOENT" })
      )
      symlinkSync("b", `${root}/a`)
      expect(Either.flip(listed(seen))).toMatchObject(Either.right({ code: "ELOOP" }))
    })
  })
})

const keyOf = ({ ctimeNs, dev, ino, mtimeNs, size }: FileState) => [dev, ino, size, mtimeNs, ctimeNs].join(":")

const memo = (nowNs: bigint) => {
  const known = new Map<string, Digest>()
  return {
    known,
    get: (state) => known.get(keyOf(state)),
    set: (state, digest) => void known.set(keyOf(state), digest),
    nowNs
  } satisfies DigestMemo & {
    known: Map<string, Digest>
  }
}

describe("the memo", () => {
  const later = BigInt(Date.now() + 60_000) * 1_000_000n

  it("spares the reading of files that did not change", () => {
    withTree(sketch, (root) => {
      const remembered = memo(later)
      const first = digestOf(root, remembered)
      expect(remembered.known.size).toBe(3)
      const seen = selectedIn(root)
      rmSync(`${root}/b`)
      expect(Either.getOrThrow(listed(seen, remembered))).toBe(first)
    })
  })

  it("is not believed after a change, even one that keeps size and mtime", () => {
    withTree(sketch, (root) => {
      utimesSync(`${root}/b`, 5, 5)
      const remembered = memo(later)
      const first = digestOf(root, remembered)
      // A new file of the same name, size and mtime is another inode with another change time.
      writeFileSync(`${root}/n`, "4")
      renameSync(`${root}/n`, `${root}/b`)
      utimesSync(`${root}/b`, 5, 5)
      const second = digestOf(root, remembered)
      expect(second).not.toBe(first)
      expect(second).toBe(digestOf(root))
    })
  })

  it("is not believed after a file was written in place and its mtime put back", () => {
    withTree(sketch, (root) => {
      utimesSync(`${root}/b`, 5, 5)
      const remembered = memo(later)
      const first = digestOf(root, remembered)
      const { ctimeNs } = lstatSync(`${root}/b`, { bigint: true })
      do {
        writeFileSync(`${root}/b`, "4")
        utimesSync(`${root}/b`, 5, 5)
      } while (lstatSync(`${root}/b`, { bigint: true }).ctimeNs === ctimeNs)
      expect(digestOf(root, remembered)).not.toBe(first)
    })
  })

  it("does not remember a file that changed after it was listed", () => {
    withTree(sketch, (root) => {
      const seen = selectedIn(root)
      writeFileSync(`${root}/b`, "longer")
      const remembered = memo(later)
      expect(Either.isRight(listed(seen, remembered))).toBe(true)
      expect(remembered.known.size).toBe(2)
    })
  })

  it("does not remember files that changed just now", () => {
    withTree(sketch, (root) => {
      const remembered = memo(lstatSync(`${root}/a/x`, { bigint: true }).ctimeNs + 1_000_000_000n)
      digestOf(root, remembered)
      expect(remembered.known.size).toBe(0)
    })
  })
})
