import type { Digest } from "@gantry/core/image/Digest"
import { LayerStore } from "@gantry/core/store/LayerStore"
import { LayerMissing } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Images } from "../images/Images.ts"
import type { ImageRecord } from "../images/ImageRecord.ts"
import { compareLayers, type LayerChanges } from "../images/layer-changes.ts"

/** One layer of an image. */
export interface LayerReport extends LayerChanges {
  readonly diffId: Digest
  /** The instruction that made it, as the image tells; empty when it does not. */
  readonly createdBy: string
  /** Bytes of the uncompressed archive. */
  readonly size: number
}

/** The layers of an image, base first. */
export interface LayersReport {
  readonly image: Digest
  readonly layers: ReadonlyArray<LayerReport>
  /** Bytes of all uncompressed archives. */
  readonly size: number
  /** Bytes of content in all layers. */
  readonly bytes: number
  /** Bytes of content that higher layers overwrite or remove. */
  readonly wasted: number
  /** Part of the content that can be seen in a container: 1 when nothing is wasted. */
  readonly efficiency: number
}

const sum = (values: ReadonlyArray<number>): number => values.reduce((total, value) => total + value, 0)

/** What each layer of an image adds, changes and removes, and what of it is never seen. */
export const reportLayers = Effect.fnUntraced(function* (image: ImageRecord) {
  const store = yield* LayerStore
  const config = yield* (yield* Images).config(image)
  const instructions = config.history.filter((entry) => entry.empty_layer !== true)
  const contents = yield* Effect.forEach(image.stack, (diffId) => store.contents(diffId))
  const changes = compareLayers(contents)
  const layers = yield* Effect.forEach(image.stack, (diffId, index) =>
    Effect.gen(function* () {
      const info = yield* store.get(diffId)
      const found = changes[index]
      if (Option.isNone(info) || found === undefined) return yield* new LayerMissing({ diffId })
      const createdBy = instructions[index]?.created_by ?? ""
      return { diffId, createdBy, size: info.value.size, ...found } satisfies LayerReport
    })
  )
  const bytes = sum(layers.map((layer) => layer.bytes))
  const wasted = sum(layers.map((layer) => layer.wasted))
  const report: LayersReport = {
    image: image.id,
    layers,
    size: sum(layers.map((layer) => layer.size)),
    bytes,
    wasted,
    efficiency: bytes === 0 ? 1 : 1 - wasted / bytes
  }
  return report
})
