import { ofBytes } from "@gantry/core/image/Digest"
import * as ImageRef from "@gantry/core/image/ImageRef"
import type { Manifest } from "@gantry/core/image/Manifest"
import * as MediaType from "@gantry/core/image/MediaType"
import { Registry, type RegistryShape } from "@gantry/core/registry/Registry"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Either } from "effect"
import { Images } from "../../src/images/Images.ts"
import { LayerSources } from "../../src/images/LayerSources.ts"
import type { PushEvent } from "../../src/push/PushEvent.ts"
import type { SendImageOptions } from "../../src/push/send-image.ts"
import { pull } from "../../src/verbs/pull.ts"
import { push } from "../../src/verbs/push.ts"
import { file, image, world } from "../world.ts"

const nameOf = (text: string) => Either.getOrThrow(ImageRef.parse(text))

/** A registry that writes down what is asked of it: `hasBlob`, `push` of either kind, `upload`, `mount`. */
const counted = (registry: RegistryShape, asked: Array<string>): RegistryShape => ({
  ...registry,
  hasBlob: (ref, digest) =>
    Effect.tap(registry.hasBlob(ref, digest), (has) => void asked.push(`has ${ref.repository} ${has}`)),
  push: (ref, descriptor, bytes) =>
    Effect.tap(registry.push(ref, descriptor, bytes), () => void asked.push(`push ${ref.repository}`)),
  pushBytes: (ref, descriptor, bytes) =>
    Effect.tap(registry.pushBytes(ref, descriptor, bytes), () => void asked.push(`push ${ref.repository}`)),
  upload: (ref, bytes) => Effect.tap(registry.upload(ref, bytes), () => void asked.push(`upload ${ref.repository}`)),
  mount: (ref, digest, from) =>
    Effect.tap(registry.mount(ref, digest, from), (done) => void asked.push(`mount ${from} ${done}`))
})

/** Pushes an image under a name; gives back what the registry was asked and what was told. */
const pushed = (text: string, as: string, options: SendImageOptions = {}) =>
  Effect.gen(function* () {
    const asked: Array<string> = []
    const events: Array<PushEvent> = []
    const registry = yield* Registry
    const [done] = yield* push([{ image: yield* (yield* Images).find(text), ref: nameOf(as) }], {
      ...options,
      onEvent: (event) => void events.push(event)
    }).pipe(Effect.provideService(Registry, counted(registry, asked)))
    const resolved = yield* registry.resolve(nameOf(as))
    expect(done?.digest).toBe(resolved.descriptor.digest)
    const manifest = JSON.parse(new TextDecoder().decode(resolved.bytes)) as Manifest
    const there = events.flatMap((event) => (event.type === "there" ? [event.how] : []))
    return { asked, digest: resolved.descriptor.digest, manifest, there }
  })

const uploads = (asked: ReadonlyArray<string>) => asked.filter((each) => /^(?:push|upload) /.test(each))

const web = (changes = [file("a", "content of a")]) => image(["web"], { Cmd: ["sh"] }, changes)

describe("push", () => {
  it.scoped("makes an image that can be pulled, and sends nothing the second time", () =>
    Effect.gen(function* () {
      const { id } = yield* web()
      const first = yield* pushed("web", "registry.example/team/web:1")
      expect(first.there).toEqual(["sent"])
      expect(first.manifest.mediaType).toBe(MediaType.ociManifest)
      expect(first.manifest.layers.map(({ mediaType }) => mediaType)).toEqual([MediaType.ociLayerGzip])
      const second = yield* pushed("web", "registry.example/team/web:2")
      expect(second.digest).toBe(first.digest)
      expect(second.there).toEqual(["already"])
      expect(uploads(second.asked)).toEqual([])
      expect((yield* pull(nameOf("registry.example/team/web:1"))).image.id).toBe(id)
      const record = yield* (yield* Images).find("web")
      expect(record.digests).toEqual([`registry.example/team/web@${first.digest}`])
    }).pipe(Effect.provide(world))
  )

  it.scoped("takes a layer from another repository of the registry without sending it", () =>
    Effect.gen(function* () {
      yield* web()
      const first = yield* pushed("web", "registry.example/team/web:1")
      const other = yield* pushed("web", "registry.example/other:1")
      expect(other.there).toEqual(["mounted"])
      expect(other.digest).toBe(first.digest)
      // The config is small and not remembered.
      expect(uploads(other.asked)).toEqual(["push other"])
    }).pipe(Effect.provide(world))
  )

  it.scoped("sends the same bytes to another registry", () =>
    Effect.gen(function* () {
      yield* web()
      const first = yield* pushed("web", "one.example/web:1")
      const other = yield* pushed("web", "two.example/web:1")
      expect(other.there).toEqual(["sent"])
      expect(other.digest).toBe(first.digest)
    }).pipe(Effect.provide(world))
  )

  it.scoped("sends a layer again that the repository does not have any more", () =>
    Effect.gen(function* () {
      const { stack } = yield* web()
      const descriptor = { mediaType: MediaType.ociLayerGzip, digest: ofBytes("gone"), size: 4 }
      const sources = yield* LayerSources
      const place = { registry: "registry.example", repository: "web" }
      yield* sources.learn(place, [{ diffId: stack[0] ?? ofBytes(""), descriptor }])
      const { manifest, there } = yield* pushed("web", "registry.example/web:1")
      expect(there).toEqual(["sent"])
      expect(manifest.layers[0]?.digest).not.toBe(descriptor.digest)
      const [left = []] = (yield* sources.of(stack.slice(0, 1))).values()
      expect(left.map((source) => source.descriptor.digest)).toEqual([manifest.layers[0]?.digest])
    }).pipe(Effect.provide(world))
  )

  it.scoped("uses the compressed form that is there, unless another compression or force is asked for", () =>
    Effect.gen(function* () {
      yield* web()
      const gzip = yield* pushed("web", "registry.example/web:1")
      const level = yield* pushed("web", "registry.example/web:2", { form: { level: 1 } })
      expect(level.digest).toBe(gzip.digest)
      const none = yield* pushed("web", "registry.example/web:3", { form: { compression: "none" } })
      expect(none.manifest.layers[0]?.mediaType).toBe(MediaType.ociLayer)
      const record = yield* (yield* Images).find("web")
      expect(none.manifest.layers[0]?.digest).toBe(record.stack[0])
      const forced = yield* pushed("web", "registry.example/web:4", { form: { compression: "gzip", force: true } })
      expect(forced.digest).toBe(gzip.digest)
    }).pipe(Effect.provide(world))
  )

  it.scoped("names Docker's media types when they are asked for", () =>
    Effect.gen(function* () {
      yield* web()
      const { manifest } = yield* pushed("web", "registry.example/web:1", { form: { types: "docker" } })
      expect(manifest.mediaType).toBe(MediaType.dockerManifest)
      expect(manifest.config.mediaType).toBe(MediaType.dockerConfig)
      expect(manifest.layers[0]?.mediaType).toBe(MediaType.dockerLayerGzip)
    }).pipe(Effect.provide(world))
  )
})
