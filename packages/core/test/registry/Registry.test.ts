import { describe, expect, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { ofBytes } from "../../src/image/Digest.ts"
import { make, type RegistryDriver } from "../../src/registry/Registry.ts"
import { ImageNotFound, RegistryUnavailable } from "../../src/registry/RegistryError.ts"

const bytes = (text: string) => new TextEncoder().encode(text)
const ref = { registry: "r.example", repository: "app", tag: "1" }
const layer = { mediaType: "application/octet-stream", digest: ofBytes("abcdef"), size: 6 }

/** A driver that sends what it likes. */
const sending = (body: Stream.Stream<string, RegistryUnavailable>, manifest = "{}"): RegistryDriver => ({
  manifest: () => Effect.succeed({ mediaType: "some/type", bytes: bytes(manifest) }),
  fetch: () => Stream.map(body, bytes),
  hasBlob: () => Effect.succeed(false),
  push: () => Effect.void,
  tag: () => Effect.void,
  upload: () => Effect.succeed({ digest: layer.digest, size: 0 }),
  mount: () => Effect.succeed(false),
  tags: () => Effect.succeed([])
})

const fetched = (driver: RegistryDriver) =>
  Effect.map(Stream.runCollect(make(driver).fetch(ref, layer)), (pieces) => Buffer.concat([...pieces]).toString())

describe("a registry made from a driver", () => {
  it.effect("hands an honest body on, however it was cut", () =>
    Effect.gen(function* () {
      expect(yield* fetched(sending(Stream.make("abcdef")))).toBe("abcdef")
      expect(yield* fetched(sending(Stream.make("", "a", "bcd", "", "ef", "")))).toBe("abcdef")
    })
  )

  it.effect.each([
    ["one byte is another", ["abc", "deg"]],
    ["it ends too early", ["abc", "de"]],
    ["nothing comes", []],
    ["pieces come in another order", ["def", "abc"]],
    ["it goes on after its end", ["abcdef", "g"]]
  ] as const)("refuses a body when %s", ([, pieces]) =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(fetched(sending(Stream.fromIterable(pieces))))
      expect(failure).toMatchObject({ _tag: "BlobCorrupt", expected: layer.digest })
    })
  )

  it.effect("stops a body that has no end at the first piece too many", () =>
    Effect.gen(function* () {
      let sent = 0
      const endless = Stream.repeatEffect(Effect.sync(() => `abcd${sent++}`))
      const failure = yield* Effect.flip(fetched(sending(endless)))
      expect(failure).toMatchObject({ _tag: "BlobCorrupt", size: 10 })
      expect(sent).toBe(2)
    })
  )

  it.effect("refuses the right bytes under a wrong size", () =>
    Effect.gen(function* () {
      const registry = make(sending(Stream.make("abcdef")))
      for (const size of [5, 7]) {
        const failure = yield* Effect.flip(Stream.runDrain(registry.fetch(ref, { ...layer, size })))
        expect(failure).toMatchObject({ _tag: "BlobCorrupt", actual: layer.digest })
      }
    })
  )

  it.effect("verifies again for each reader of the same stream", () =>
    Effect.gen(function* () {
      const stream = make(sending(Stream.make("abcdef"))).fetch(ref, layer)
      yield* Stream.runDrain(stream)
      yield* Stream.runDrain(stream)
      expect(yield* Stream.runCount(stream)).toBe(1)
    })
  )

  it.effect("tells a broken line from a broken body", () =>
    Effect.gen(function* () {
      const dead = new RegistryUnavailable({ registry: "r.example", why: "the line went dead" })
      expect(yield* Effect.flip(fetched(sending(Stream.concat(Stream.make("abc"), Stream.fail(dead)))))).toBe(dead)
    })
  )

  it.effect("names a manifest by its bytes, and refuses one that is not what was asked for", () =>
    Effect.gen(function* () {
      const registry = make(sending(Stream.empty, "{ }"))
      const { descriptor } = yield* registry.resolve(ref)
      expect(descriptor).toEqual({ mediaType: "some/type", digest: ofBytes("{ }"), size: 3 })
      expect((yield* registry.resolve({ ...ref, digest: ofBytes("{ }") })).descriptor).toEqual(descriptor)
      const failure = yield* Effect.flip(registry.resolve({ ...ref, digest: ofBytes("{}") }))
      expect(failure).toMatchObject({ _tag: "BlobCorrupt", expected: ofBytes("{}"), actual: ofBytes("{ }") })
    })
  )

  it.effect("passes on that there is no such image", () =>
    Effect.gen(function* () {
      const missing = new ImageNotFound({ reference: "r.example/app:1" })
      const registry = make({ ...sending(Stream.empty), manifest: () => Effect.fail(missing) })
      expect(yield* Effect.flip(registry.resolve(ref))).toBe(missing)
    })
  )
})
