import { describe, expect, it } from "@effect/vitest"
import { Effect, Option, Stream } from "effect"
import { type Digest, ofBytes } from "../../src/image/Digest.ts"
import { type BlobDriver, make } from "../../src/store/BlobStore.ts"
import { StorageFailure } from "../../src/store/StoreError.ts"

const bytes = (text: string) => new TextEncoder().encode(text)

/** A driver that writes down what it is asked. */
const recording = (stored: ReadonlyMap<Digest, ReadonlyArray<string>> = new Map()) => {
  const asked: Array<string> = []
  const driver: BlobDriver = {
    read: (digest) =>
      Effect.succeed(
        Option.map(Option.fromNullable(stored.get(digest)), (pieces) =>
          Stream.tap(Stream.map(Stream.fromIterable(pieces), bytes), (piece) =>
            Effect.sync(() => void asked.push(`read ${piece.length}`))
          )
        )
      ),
    size: () => Effect.succeed(Option.none()),
    stage: Effect.acquireRelease(
      Effect.sync(() => {
        asked.push("stage")
        return {
          append: (piece: Uint8Array) =>
            Effect.sync(() => void asked.push(`append ${new TextDecoder().decode(piece)}`)),
          publish: () => Effect.sync(() => void asked.push("publish"))
        }
      }),
      () => Effect.sync(() => void asked.push("close"))
    ),
    remove: () => Effect.void,
    list: Stream.empty
  }
  return { asked, driver }
}

describe("a blob store made from a driver", () => {
  it.effect("hands pieces on as they come and publishes at the end", () =>
    Effect.gen(function* () {
      const { asked, driver } = recording()
      yield* make(driver).write(ofBytes("abcd"), Stream.make(bytes("ab"), bytes(""), bytes("cd")))
      expect(asked).toEqual(["stage", "append ab", "append cd", "publish", "close"])
    })
  )

  it.effect("does not publish bytes that break their promise, and says what came instead", () =>
    Effect.gen(function* () {
      const { asked, driver } = recording()
      const failure = yield* Effect.flip(make(driver).write(ofBytes("abcd"), Stream.make(bytes("ab"), bytes("ce"))))
      expect(failure).toMatchObject({
        _tag: "BlobCorrupt",
        expected: ofBytes("abcd"),
        actual: ofBytes("abce"),
        size: 4
      })
      expect(asked).toEqual(["stage", "append ab", "append ce", "close"])
    })
  )

  it.effect("passes on what the sender or the storage failed with", () =>
    Effect.gen(function* () {
      const { asked, driver } = recording()
      const store = make(driver)
      expect(yield* Effect.flip(store.write(ofBytes(""), Stream.fail("the line went dead")))).toBe("the line went dead")
      expect(asked).toEqual(["stage", "close"])
      const full = new StorageFailure({ operation: "stage", reason: "NoSpace", subject: "disk", cause: undefined })
      const broken = make({ ...driver, stage: Effect.fail(full) })
      expect(yield* Effect.flip(broken.write(ofBytes(""), Stream.empty))).toBe(full)
    })
  )

  it.effect("names the blob that is missing", () =>
    Effect.gen(function* () {
      const store = make(recording().driver)
      const expected = { _tag: "BlobMissing", digest: ofBytes("x") }
      expect(yield* Effect.flip(Stream.runDrain(store.read(ofBytes("x"))))).toMatchObject(expected)
      expect(yield* Effect.flip(store.readWhole(ofBytes("x")))).toMatchObject(expected)
    })
  )

  it.effect("reads a whole blob up to its limit and not a piece further", () =>
    Effect.gen(function* () {
      const { asked, driver } = recording(new Map([[ofBytes("abcdef"), ["ab", "cd", "ef"]]]))
      const store = make(driver)
      expect(new TextDecoder().decode(yield* store.readWhole(ofBytes("abcdef"), 6))).toBe("abcdef")
      asked.length = 0
      expect(yield* Effect.flip(store.readWhole(ofBytes("abcdef"), 3))).toMatchObject({ _tag: "BlobCorrupt", size: 4 })
      expect(asked).toEqual(["read 2", "read 2"])
    })
  )

  it.effect("notices that stored bytes have changed", () =>
    Effect.gen(function* () {
      const { driver } = recording(new Map([[ofBytes("abcdef"), ["abcdeg"]]]))
      const failure = yield* Effect.flip(make(driver).readWhole(ofBytes("abcdef")))
      expect(failure).toMatchObject({ _tag: "BlobCorrupt", actual: ofBytes("abcdeg") })
    })
  )
})
