import { Either } from "effect"
import { describe, expect, it } from "vitest"
import { ofBytes } from "@gantry/core/image/Digest"
import { listFiles } from "../../src/key/file-list.ts"
import { atOnce } from "@gantry/core/turns"
import { contextOf, type Files } from "../solve/memory-build.ts"

const digestOf = (files: Files, source: string, chmod = "") => {
  const context = contextOf(files)
  const matches = Either.getOrThrow(context.select(source, {}))
  return Either.getOrThrow(atOnce(listFiles(matches, chmod, context.fileDigest))).digest
}
const plain: Files = { "d/a": "one", "d/b/c": "two", other: "x" }

describe("the digest of a list of files", () => {
  it("stays when what is not selected changes", () => {
    expect(digestOf({ ...plain, other: "y", new: "" }, "d")).toBe(digestOf(plain, "d"))
  })

  it.each<[string, Files]>([
    ["content", { ...plain, "d/a": "One" }],
    ["mode", { ...plain, "d/a": { text: "one", mode: 0o755 } }],
    ["a file more", { ...plain, "d/b/d": "" }],
    ["a boundary of a name", { "d/a": "one", "d/bc": "two" }],
    ["contents swapped", { "d/a": "two", "d/b/c": "one" }],
    ["a file that became a directory", { "d/a/a": "one", "d/b/c": "two" }]
  ])("changes with %s", (_, files) => {
    expect(digestOf(files, "d")).not.toBe(digestOf(plain, "d"))
  })

  it("tells a directory with one file from that file", () => {
    expect(digestOf({ "d/a": "" }, "d")).not.toBe(digestOf({ "d/a": "" }, "d/a"))
  })

  it("has no modes in it when an octal --chmod sets them all", () => {
    const executable: Files = { ...plain, "d/a": { text: "one", mode: 0o755 } }
    expect(digestOf(executable, "d", "644")).toBe(digestOf(plain, "d", "644"))
    expect(digestOf(executable, "d", "go-w")).not.toBe(digestOf(plain, "d", "go-w"))
  })

  it("has only what changes of a --chmod leave of the modes", () => {
    const open: Files = { ...plain, "d/a": { text: "one", mode: 0o664 } }
    const program: Files = { ...plain, "d/a": { text: "one", mode: 0o755 } }
    for (const chmod of ["go-w", "g=r,o=r", "u=rwX,go=rX"]) {
      expect(digestOf(open, "d", chmod)).toBe(digestOf(plain, "d", chmod))
      expect(digestOf(program, "d", chmod)).not.toBe(digestOf(plain, "d", chmod))
    }
  })

  it("does not depend on owners, because copies have their own", () => {
    const context = contextOf(plain)
    const list = (uid: number) => {
      const matches = Either.getOrThrow(context.select("d", {})).map((match) => ({
        ...match,
        selected: match.selected.map(({ as, entry }) => ({ as, entry: { ...entry, uid, mtimeNs: BigInt(uid) } }))
      }))
      return Either.getOrThrow(atOnce(listFiles(matches, "", context.fileDigest)))
    }
    expect(list(1).digest).toBe(list(2).digest)
    expect(list(1).paths[0]).toEqual({ path: "d/a", type: "file", mode: 0o644, content: ofBytes("one") })
  })

  it("lets others have their turn between many files", () => {
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`d/${index}`, ""]))
    const context = contextOf(many)
    const listing = listFiles(Either.getOrThrow(context.select("d", {})), "", context.fileDigest)
    expect(listing.next().done).toBe(false)
    expect(Either.getOrThrow(atOnce(listing)).paths).toHaveLength(5000)
  })
})
