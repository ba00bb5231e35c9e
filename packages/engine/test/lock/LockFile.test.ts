import { ofBytes } from "@gantry/core/image/Digest"
import * as Either from "effect/Either"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  imageInput,
  inputText,
  lockChanges,
  type LockedInput,
  type LockFile,
  lockText,
  parseLock,
  sourceInput
} from "../../src/lock/LockFile.ts"

const commit = "0123456789abcdef0123456789abcdef01234567"
const digest = ofBytes("a")

const lockOf = (...inputs: ReadonlyArray<LockedInput>): LockFile =>
  new Map(inputs.map((each) => [inputText(each), each]))

const digests = fc.string().map((text) => ofBytes(text))
const inputs: fc.Arbitrary<LockedInput> = fc.oneof(
  fc.record({
    kind: fc.constant("image" as const),
    source: fc.constantFrom("a.b/c:1", "a.b/c:2", "d/e:1"),
    is: digests
  }),
  fc.record({ kind: fc.constant("download" as const), source: fc.webUrl(), is: digests }),
  fc.record({
    kind: fc.constant("repository" as const),
    source: fc.constantFrom("https://a/b.git", "https://a/b.git#v1:d", "git@h:p"),
    is: digests.map((each) => each.slice("sha256:".length, "sha256:".length + 40))
  })
)

describe("a lock file", () => {
  it("that is written and read again is the same, and is written in one way only", () =>
    fc.assert(
      fc.property(fc.array(inputs, { maxLength: 6 }), (list) => {
        const lock = lockOf(...list)
        const text = lockText(lock)
        const again = Either.getOrThrow(parseLock(text))
        expect(lockChanges(lock, again)).toEqual([])
        expect(lockText(again)).toBe(text)
        expect(lockText(lockOf(...lock.values(), ...[...lock.values()].toReversed()))).toBe(text)
      })
    ))

  it("has comments, empty lines and lines of other systems", () => {
    const text = `# a comment\r\n\r\nimage docker.io/library/a:1 ${digest}\r\n`
    expect([...Either.getOrThrow(parseLock(text)).keys()]).toEqual(["image docker.io/library/a:1"])
  })

  it.each([
    ["image a", "line 1 is not KIND SOURCE DIGEST"],
    [`image a ${commit}`, "line 1 is not KIND SOURCE DIGEST"],
    [`\ngit a ${digest}`, "line 2 is not KIND SOURCE DIGEST"],
    [`git a ${commit} more`, "line 1 is not KIND SOURCE DIGEST"],
    [`thing a ${digest}`, "line 1 is not KIND SOURCE DIGEST"],
    [`file a ${digest}\nfile a ${ofBytes("b")}`, "line 2: file a is there twice"],
    ["<<<<<<< HEAD", "line 1 is not KIND SOURCE DIGEST"]
  ])("cannot be %j", (text, why) =>
    expect(Either.flip(parseLock(text))).toMatchObject({ right: expect.stringContaining(why) as string })
  )

  it("says what was added, changed and removed", () => {
    const input = (source: string, is: string): LockedInput => ({ kind: "download", source, is })
    expect(
      lockChanges(
        lockOf(input("c", "1"), input("a", "1"), input("d", "1")),
        lockOf(input("b", "2"), input("a", "2"), input("d", "1"))
      )
    ).toEqual([
      { input: "file a", before: "1", now: "2" },
      { input: "file b", now: "2" },
      { input: "file c", before: "1" }
    ])
  })
})

describe("what a lock file names", () => {
  it.each([
    ["alpine", "docker.io/library/alpine:latest"],
    ["docker.io/library/alpine:latest", "docker.io/library/alpine:latest"],
    ["localhost:5000/a/b:1", "localhost:5000/a/b:1"],
    [`alpine:3@${digest}`, undefined],
    ["oci:dir:tag", undefined],
    [digest, undefined]
  ])("of FROM %s is %s", (reference, source) => expect(imageInput(reference)?.source).toBe(source))

  it.each([
    ["https://u:p@example.com/a b", "", { kind: "download", source: "https://example.com/a%20b" }],
    ["https://example.com/a", digest, undefined],
    ["https://example.com/a.git#main:sub", "", { kind: "repository", source: "https://example.com/a.git#main:sub" }],
    ["https://example.com/a.git#main", "0123", { kind: "repository", source: "https://example.com/a.git#main" }],
    [`https://example.com/a.git#${commit}`, "", undefined],
    ["a.txt", "", undefined]
  ])("of ADD %s with the checksum %j is %j", (source, checksum, input) =>
    expect(sourceInput(source, checksum)).toEqual(input)
  )
})
