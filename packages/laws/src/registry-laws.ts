import { ofBytes } from "@gantry/core/image/Digest"
import type { ImageRef } from "@gantry/core/image/ImageRef"
import { Registry } from "@gantry/core/registry/Registry"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as fc from "fast-check"
import { forAll, type Law } from "./Law.ts"
import { cut, cuts, fractions, joined, pieces, sendings } from "./samples/bytes.ts"
import { type SmallImage, smallImage } from "./samples/images.ts"

/** Where the laws may push: a host as image names spell it, and a repository that is theirs alone. */
export class RegistryBench extends Context.Tag("@gantry/laws/RegistryBench")<
  RegistryBench,
  { readonly registry: string; readonly repository: string }
>() {}

const push = (ref: ImageRef, image: SmallImage, places: ReadonlyArray<number> = []) =>
  Effect.gen(function* () {
    const registry = yield* Registry
    const { config, layer } = image
    yield* registry.pushBytes(ref, config.descriptor, config.bytes)
    yield* registry.push(ref, layer.descriptor, Stream.fromIterable(cut(layer.bytes, places)))
    yield* registry.tag(ref, image.manifest)
  })

/** What a remote place for images must make true. */
export const registryLaws: ReadonlyArray<Law<Registry | RegistryBench>> = [
  forAll(
    "REG-1",
    "what was pushed, in pieces or as a whole, is what is fetched",
    fc.tuple(pieces, cuts),
    ([parts, places]) =>
      Effect.gen(function* () {
        const registry = yield* Registry
        const bench = yield* RegistryBench
        const image = smallImage(joined(parts))
        const ref: ImageRef = { ...bench, tag: "pushed" }
        yield* push(ref, image, places)
        const { digest } = (yield* registry.resolve(ref)).descriptor
        const { tag: _, ...untagged } = ref
        const resolved = yield* Effect.forEach([ref, { ...untagged, digest }], registry.resolve)
        const bodies = yield* Effect.forEach([image.config, image.layer], ({ bytes, descriptor }) =>
          Effect.map(
            Effect.zip(Stream.runCollect(registry.fetch(ref, descriptor)), registry.hasBlob(ref, descriptor.digest)),
            ([fetched, there]) => there && ofBytes(joined(fetched)) === ofBytes(bytes)
          )
        )
        return (
          resolved.every(
            ({ bytes, mediaType }) =>
              ofBytes(bytes) === ofBytes(image.manifest.bytes) && mediaType === image.manifest.mediaType
          ) &&
          bodies.every(Boolean) &&
          (yield* registry.tags(ref)).includes("pushed")
        )
      })
  ),

  forAll(
    "REG-2",
    "a tag that moves is seen to move; a digest never changes",
    fc.tuple(pieces, fc.uint8Array({ minLength: 1, maxLength: 2 })),
    ([parts, more]) =>
      Effect.gen(function* () {
        const registry = yield* Registry
        const bench = yield* RegistryBench
        const ref: ImageRef = { ...bench, tag: "moving" }
        const images = [smallImage(joined(parts)), smallImage(joined([...parts, more]))]
        const seen = yield* Effect.forEach(images, (image) =>
          Effect.zipRight(
            push(ref, image),
            Effect.map(registry.resolve(ref), ({ descriptor }) => descriptor.digest)
          )
        )
        // The old digest with the new tag: the digest wins.
        const still = yield* Effect.forEach(seen, (digest) => registry.resolve({ ...ref, digest }))
        return images.every(({ manifest }, index) => {
          const digest = ofBytes(manifest.bytes)
          return seen[index] === digest && ofBytes(still[index]?.bytes ?? "") === digest
        })
      })
  ),

  forAll(
    "REG-3",
    "a body that does not match its digest is refused, however it was cut",
    fc.tuple(sendings, cuts),
    ([{ promised, sent }, places]) =>
      Effect.gen(function* () {
        const registry = yield* Registry
        const ref: ImageRef = { ...(yield* RegistryBench), tag: "broken" }
        const { descriptor } = smallImage(joined(promised)).layer
        const honest = ofBytes(joined(sent)) === descriptor.digest
        const pushed = yield* Effect.isSuccess(
          registry.push(ref, descriptor, Stream.fromIterable(cut(joined(sent), places)))
        )
        const fetched = yield* Effect.either(Stream.runCollect(registry.fetch(ref, descriptor)))
        const exact = fetched._tag === "Right" && ofBytes(joined(fetched.right)) === descriptor.digest
        const longer = { ...descriptor, size: descriptor.size + 1 }
        const believed = yield* Effect.isSuccess(Stream.runDrain(registry.fetch(ref, longer)))
        return (honest ? pushed && exact : fetched._tag === "Left" || exact) && !believed
      })
  ),

  forAll(
    "REG-4",
    "what was mounted is there as if it had been pushed; what nobody has is not mounted",
    pieces,
    (parts) =>
      Effect.gen(function* () {
        const registry = yield* Registry
        const bench = yield* RegistryBench
        const { bytes, descriptor } = smallImage(joined(parts)).layer
        const unknown = ofBytes(Buffer.concat([bytes, Buffer.from("nobody has this")]))
        const there: ImageRef = { ...bench, repository: `${bench.repository}/mounted`, tag: "any" }
        yield* registry.push({ ...bench, tag: "any" }, descriptor, Stream.make(bytes))
        const mounted = yield* registry.mount(there, descriptor.digest, bench.repository)
        const fetched = joined(yield* Stream.runCollect(registry.fetch(there, descriptor)))
        return (
          mounted &&
          (yield* registry.hasBlob(there, descriptor.digest)) &&
          ofBytes(fetched) === descriptor.digest &&
          !(yield* registry.mount(there, unknown, bench.repository)) &&
          !(yield* registry.hasBlob(there, unknown))
        )
      })
  ),

  forAll(
    "REG-5",
    "bytes whose digest nobody knew before are stored as pushed ones are, and their digest and size are told",
    fc.tuple(pieces, cuts),
    ([parts, places]) =>
      Effect.gen(function* () {
        const registry = yield* Registry
        const ref: ImageRef = { ...(yield* RegistryBench), tag: "uploaded" }
        const { bytes, descriptor } = smallImage(joined(parts)).layer
        const { digest, size } = yield* registry.upload(ref, Stream.fromIterable(cut(bytes, places)))
        const fetched = joined(yield* Stream.runCollect(registry.fetch(ref, descriptor)))
        return digest === descriptor.digest && size === descriptor.size && ofBytes(fetched) === descriptor.digest
      })
  ),

  forAll(
    "REG-6",
    "a blob fetched from any offset is the rest of the blob",
    fc.tuple(pieces, fc.oneof({ weight: 4, arbitrary: fractions }, { weight: 1, arbitrary: fc.constant(1) })),
    ([parts, place]) =>
      Effect.gen(function* () {
        const registry = yield* Registry
        const ref: ImageRef = { ...(yield* RegistryBench), tag: "resumed" }
        const { bytes, descriptor } = smallImage(joined(parts)).layer
        yield* registry.push(ref, descriptor, Stream.make(bytes))
        const offset = Math.floor(place * bytes.length)
        const rest = joined(yield* Stream.runCollect(registry.fetchFrom(ref, descriptor.digest, offset)))
        return ofBytes(rest) === ofBytes(bytes.subarray(offset))
      })
  )
]
