import { appendFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { ofBytes } from "@gantry/core/image/Digest"
import { type ArrivingLayer, LayerStore } from "@gantry/core/store/LayerStore"
import { archiveOf, plainRecord } from "@gantry/laws/samples/hostile-archives"
import { Deferred, Effect, Fiber, Option } from "effect"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { storeIn } from "./store-in.ts"

let root = ""
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "gantry-unpack-file-"))
})
afterEach(() => rmSync(root, { recursive: true }))

const archive = archiveOf(plainRecord("a", "alpha"), plainRecord("b", "x".repeat(2_000_000)))
const diffId = ofBytes(archive)

let count = 0

/** Appends pieces to a file of its own and tells of each; `more` bytes came besides that were not wanted. */
const growing = (pieces: ReadonlyArray<Uint8Array>, more = 0): ArrivingLayer<never> => {
  const path = join(root, `blob-${count++}`)
  const whole = Buffer.concat(pieces)
  writeFileSync(path, "")
  return {
    path,
    digest: ofBytes(whole),
    size: whole.length,
    limit: 10_000_000,
    arrive: (onBytes) =>
      Effect.sync(() => {
        for (const piece of pieces) {
          appendFileSync(path, piece)
          onBytes(piece.length)
        }
        return whole.length + more
      })
  }
}

const halves = (bytes: Uint8Array): ReadonlyArray<Uint8Array> => [bytes.subarray(0, 700), bytes.subarray(700)]

const inStore = <A, E>(use: Effect.Effect<A, E, LayerStore>) =>
  Effect.runPromise(Effect.provide(use, storeIn(join(root, "store"))))

const unpackFile = <E>(layer: ArrivingLayer<E>, wanted = diffId) =>
  Effect.flatMap(LayerStore, (store) => store.unpackFile?.(wanted, layer) ?? Effect.dieMessage("it cannot"))

/** What is left of failed attempts. */
const rest = () => readdirSync(join(root, "store/ingest"))

describe.runIf(process.getuid?.() === 0)("a layer out of a file that grows", () => {
  it("is the layer of its archive, compressed or not", async () => {
    for (const bytes of [archive, gzipSync(archive)]) {
      const found = await inStore(
        Effect.gen(function* () {
          const store = yield* LayerStore
          const made = yield* unpackFile(growing(halves(bytes)))
          yield* store.remove(made.diffId)
          return made
        })
      )
      expect(found).toEqual({ diffId, size: archive.length, entries: 2 })
    }
    expect(rest()).toEqual([])
  })

  it("is not there when the file is not the one that was promised, whatever is in it", async () => {
    const good = growing(halves(gzipSync(archive)))
    const lies: ReadonlyArray<ArrivingLayer<never>> = [
      { ...good, digest: diffId },
      { ...growing([gzipSync(archive), Buffer.from("garbage")]), digest: diffId },
      growing(halves(gzipSync(archive)), 1),
      { ...good, size: good.size + 1 }
    ]
    await inStore(
      Effect.gen(function* () {
        for (const lie of lies) expect(yield* Effect.flip(unpackFile(lie))).toMatchObject({ _tag: "BlobCorrupt" })
        expect(Option.isNone(yield* (yield* LayerStore).get(diffId))).toBe(true)
      })
    )
    expect(rest()).toEqual([])
  })

  it("is to blame for what it promises: broken data, another archive, more than the limit", async () => {
    const cut = gzipSync(archive).subarray(0, -20)
    const failures = await inStore(
      Effect.all([
        Effect.flip(unpackFile(growing(halves(cut)))),
        Effect.flip(unpackFile(growing([gzipSync(archive), Buffer.from("garbage")]))),
        Effect.flip(unpackFile(growing(halves(gzipSync(archiveOf(plainRecord("c", ""))))))),
        Effect.flip(unpackFile({ ...growing(halves(gzipSync(archive))), limit: 1_000_000 }))
      ])
    )
    expect(failures).toMatchObject([
      { _tag: "LayerMalformed", layer: `layer ${ofBytes(cut)}`, why: "unexpected end of file" },
      { _tag: "LayerMalformed", why: "incorrect header check" },
      { _tag: "BlobCorrupt", expected: diffId },
      { _tag: "LayerTooLarge", unit: "bytes", limit: 1_000_000 }
    ])
    expect(rest()).toEqual([])
  })

  it("fails as what brings it fails, and leaves nothing when it is interrupted", async () => {
    const whole = growing([gzipSync(archive)])
    const after = <A, E>(end: Effect.Effect<A, E>) => ({
      ...whole,
      arrive: (onBytes: (count: number) => void) => Effect.zipRight(whole.arrive(onBytes), end)
    })
    const cable = after(Effect.fail("cable cut" as const))
    await inStore(
      Effect.gen(function* () {
        expect(yield* Effect.flip(unpackFile(cable))).toBe("cable cut")
        const begun = yield* Deferred.make<void>()
        const stalled = after(Effect.zipRight(Deferred.succeed(begun, undefined), Effect.never))
        const unpacking = yield* Effect.fork(unpackFile(stalled))
        yield* Deferred.await(begun)
        yield* Fiber.interrupt(unpacking)
      })
    )
    expect(rest()).toEqual([])
  })

  it("ends what brings it when no more is wanted", async () => {
    // As much as it is told of at once.
    const large = growing([gzipSync(archive), Buffer.alloc(300_000)])
    const endless = {
      ...large,
      limit: 100_000,
      arrive: (onBytes: (count: number) => void) => Effect.zipRight(large.arrive(onBytes), Effect.never)
    }
    const failure = await inStore(Effect.flip(unpackFile(endless)))
    expect(failure).toMatchObject({ _tag: "LayerTooLarge" })
  })
})
