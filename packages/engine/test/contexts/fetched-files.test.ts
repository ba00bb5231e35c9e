import { ofBytes } from "@gantry/core/image/Digest"
import { Downloads, type DownloadsShape } from "@gantry/core/download/Downloads"
import { Database } from "@gantry/core/state/Database"
import { BlobStore } from "@gantry/core/store/BlobStore"
import * as MemoryDownloads from "@gantry/plugin-memory/MemoryDownloads"
import { it } from "@effect/vitest"
import { Effect } from "effect"
import { describe, expect } from "vitest"
import { fetchFile, findFile, isFetched } from "../../src/contexts/fetched-files.ts"
import { world } from "../world.ts"

const url = new URL("http://example.org/a")
const bytes = Buffer.from("one")
const digest = ofBytes(bytes)

/** A web server that counts what is asked of it and how often it has to send a file. */
const server = () => {
  const files = new Map<string, MemoryDownloads.MemoryFile>()
  const inner = MemoryDownloads.make(files)
  const count = { asked: 0, sent: 0 }
  const downloads: DownloadsShape = {
    get: (at, known) =>
      Effect.tap(inner.get(at, known), (answer) =>
        Effect.sync(() => {
          count.asked++
          if (answer._tag === "Some") count.sent++
        })
      )
  }
  return { count, files, with: Effect.provideService(Downloads, downloads) }
}

describe("a file of a web server", () => {
  it.scoped("is stored, and not sent again while its tag stays", () =>
    Effect.gen(function* () {
      const { count, files, with: on } = server()
      files.set(url.href, { bytes, etag: '"1"', lastModified: "Thu, 01 Jan 1970 00:01:40 GMT" })
      expect(yield* on(fetchFile(url))).toEqual({ digest, size: 3, changedAt: 100 })
      expect(yield* on(fetchFile(url))).toMatchObject({ digest, size: 3, changedAt: 100 })
      expect(count).toEqual({ asked: 2, sent: 1 })
      files.set(url.href, { bytes: Buffer.from("two"), etag: '"2"' })
      expect(yield* on(fetchFile(url))).toEqual({ digest: ofBytes("two"), size: 3, changedAt: 0 })
      expect(count).toEqual({ asked: 3, sent: 2 })
    }).pipe(Effect.provide(world))
  )

  it.scoped("is sent again each time when the server tells nothing to ask by", () =>
    Effect.gen(function* () {
      const { count, files, with: on } = server()
      files.set(url.href, { bytes })
      yield* on(fetchFile(url))
      yield* on(fetchFile(url))
      expect(count).toEqual({ asked: 2, sent: 2 })
    }).pipe(Effect.provide(world))
  )

  it.scoped("is remembered for each login, of which nothing is kept", () =>
    Effect.gen(function* () {
      const { count, files, with: on } = server()
      const [mine, yours] = [new URL("http://me:geheim@example.org/a"), new URL("http://you:secret@example.org/a")]
      for (const each of [mine, yours]) files.set(each.href, { bytes, etag: '"1"' })
      for (const each of [mine, yours, mine]) yield* on(fetchFile(each))
      expect(count).toEqual({ asked: 3, sent: 2 })
      const rows = yield* (yield* Database).read("downloads", (tx) => tx.all("SELECT url FROM downloads"))
      expect(rows).toHaveLength(2)
      expect(JSON.stringify(rows)).not.toMatch(/geheim|secret/)
    }).pipe(Effect.provide(world))
  )

  it.scoped("is sent again when it is no longer in the store", () =>
    Effect.gen(function* () {
      const { count, files, with: on } = server()
      files.set(url.href, { bytes, etag: '"1"' })
      yield* on(fetchFile(url))
      yield* (yield* BlobStore).remove(digest)
      expect((yield* on(fetchFile(url))).digest).toBe(digest)
      expect(count).toEqual({ asked: 2, sent: 2 })
    }).pipe(Effect.provide(world))
  )

  it.scoped("with a promised digest is taken from the store, and nobody is asked", () =>
    Effect.gen(function* () {
      const { count, files, with: on } = server()
      files.set(url.href, { bytes })
      yield* on(fetchFile(url, digest))
      files.clear()
      expect(yield* on(fetchFile(url, digest))).toMatchObject({ digest, size: 3 })
      expect(count).toEqual({ asked: 1, sent: 1 })
    }).pipe(Effect.provide(world))
  )

  it.scoped("that is here from elsewhere is found, and has the time of its own address all the same", () =>
    Effect.gen(function* () {
      const { count, files, with: on } = server()
      files.set(url.href, { bytes, lastModified: "Thu, 01 Jan 1970 00:01:40 GMT" })
      yield* on(fetchFile(url, digest))
      const other = new URL("http://elsewhere/b")
      expect(yield* on(findFile(other, digest))).toEqual({ digest, size: 3, changedAt: undefined })
      expect([yield* isFetched(other, digest), yield* isFetched(url, digest)]).toEqual([false, true])
      expect(count.asked).toBe(1)
      files.set(other.href, { bytes, lastModified: "Thu, 01 Jan 1970 00:03:20 GMT" })
      expect(yield* on(fetchFile(other, digest))).toEqual({ digest, size: 3, changedAt: 200 })
      files.clear()
      expect(yield* on(findFile(other, digest))).toMatchObject({ changedAt: 200 })
      expect(yield* on(findFile(url, digest))).toMatchObject({ changedAt: 100 })
      expect(count.asked).toBe(2)
    }).pipe(Effect.provide(world))
  )

  it.scoped("that is not what was promised is refused and not kept", () =>
    Effect.gen(function* () {
      const { files, with: on } = server()
      files.set(url.href, { bytes, etag: '"1"' })
      const failure = yield* Effect.flip(on(fetchFile(url, ofBytes("other"))))
      expect(failure).toMatchObject({ _tag: "BlobCorrupt", expected: ofBytes("other"), actual: digest })
      const { size } = yield* BlobStore
      expect([yield* size(digest), yield* size(ofBytes("other"))].map(({ _tag }) => _tag)).toEqual(["None", "None"])
    }).pipe(Effect.provide(world))
  )

  it.scoped(
    "that is here without a promise is refused under another one, also when the server says it has not changed",
    () =>
      Effect.gen(function* () {
        const { count, files, with: on } = server()
        files.set(url.href, { bytes, etag: '"1"' })
        yield* on(fetchFile(url))
        const failure = yield* Effect.flip(on(fetchFile(url, ofBytes("other"))))
        expect(failure).toMatchObject({ _tag: "BlobCorrupt", expected: ofBytes("other"), actual: digest })
        expect(count).toEqual({ asked: 2, sent: 1 })
        expect((yield* on(fetchFile(url, digest))).digest).toBe(digest)
      }).pipe(Effect.provide(world))
  )
})
