import { format as platformText } from "@gantry/core/image/Platform"
import { LayerStore } from "@gantry/core/store/LayerStore"
import { usesImage } from "@gantry/engine/containers/image-mounts"
import { Containers } from "@gantry/engine/containers/Containers"
import { Images } from "@gantry/engine/images/Images"
import type { ImageRecord } from "@gantry/engine/images/ImageRecord"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { calledAs, imageTree, type PlatformFacts } from "../show/image-tree.ts"
import type { Terminal } from "../terminal.ts"

/** Prints images as `images --tree` does: their platforms, the layers of each, and who else has a layer. */
export const showTree = (
  meant: ReadonlyArray<ImageRecord>,
  options: { readonly truncate: boolean },
  terminal: Terminal
) =>
  Effect.gen(function* () {
    const images = yield* Images
    const layers = yield* LayerStore
    const everything = yield* images.list
    const containers = yield* (yield* Containers).list
    const factsOf = (image: ImageRecord) =>
      Effect.gen(function* () {
        const config = yield* images.config(image)
        const sizes = yield* Effect.forEach(image.stack, (diffId) => layers.get(diffId))
        return {
          id: image.id,
          platform: platformText(config),
          size: image.size,
          containers: containers.filter((each) => usesImage(each, image.id)).map(({ name }) => name),
          layers: image.stack.map((diffId, at) => ({
            diffId,
            size: Option.match(sizes[at] ?? Option.none(), { onNone: () => 0, onSome: ({ size }) => size }),
            others: othersOf(everything.filter(({ id, stack }) => id !== image.id && stack.includes(diffId)))
          }))
        } satisfies PlatformFacts
      })
    const heads = meant.filter((image) => !meant.some((other) => other.id !== image.id && leadsTo(other, image)))
    const facts = yield* Effect.forEach(heads, (head) =>
      Effect.map(
        Effect.forEach([head, ...everything.filter((other) => leadsTo(head, other))], factsOf),
        (platforms) => ({ names: calledAs(head), platforms })
      )
    )
    terminal.out(imageTree(facts, options))
    return 0
  })

/** Images by their names; what earlier builds left is only counted. */
const othersOf = (images: ReadonlyArray<ImageRecord>): ReadonlyArray<string> => {
  const named = images.filter(({ digests, names }) => names.length + digests.length > 0).map(calledAs)
  const nameless = images.length - named.length
  return nameless === 0 ? named : [...named, `${nameless} without a name`]
}

/** Whether a name that alone means `head` leads to another image, for another platform. */
const leadsTo = (head: ImageRecord, other: ImageRecord): boolean =>
  other.lesserNames.some((name) => head.names.includes(name) && !head.lesserNames.includes(name))
