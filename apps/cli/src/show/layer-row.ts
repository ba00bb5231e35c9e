import type { LayerReport, LayersReport } from "@gantry/engine/verbs/layers"
import { humanSize } from "./size.ts"
import { table } from "./table.ts"
import { ellipsis, shortId, visibleOnly } from "./text.ts"

/** How much is shown. */
export interface LayerOptions {
  readonly truncate: boolean
  /** Lists the files, each after `A`, `C` or `D` as `docker diff` has them. */
  readonly files: boolean
}

const headers = ["LAYER", "SIZE", "ADDED", "CHANGED", "REMOVED", "WASTED", "CREATED BY"]

const row = (layer: LayerReport, truncate: boolean): ReadonlyArray<string> => {
  const createdBy = layer.createdBy.replace(/[\t\n]/g, " ")
  return [
    truncate ? shortId(layer.diffId) : layer.diffId,
    humanSize(layer.size),
    `${layer.added.length}`,
    `${layer.changed.length}`,
    `${layer.removed.length}`,
    humanSize(layer.wasted),
    truncate ? ellipsis(createdBy, 45) : createdBy
  ]
}

const filesOf = (layer: LayerReport): ReadonlyArray<string> =>
  [
    ...layer.added.map(({ path }) => [path, "A"] as const),
    ...layer.changed.map(({ path }) => [path, "C"] as const),
    ...layer.removed.map(({ path }) => [path, "D"] as const)
  ]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, kind]) => visibleOnly(`${kind} /${path.replaceAll("\n", " ")}`))

/** Layers for people, base first, and what they come to. Ends with a line break. */
export const showLayers = (report: LayersReport, { files, truncate }: LayerOptions): string => {
  const lines = [
    ...table(
      headers,
      report.layers.map((layer) => row(layer, truncate))
    )
  ]
  if (files) {
    for (const layer of report.layers) {
      lines.push("", truncate ? shortId(layer.diffId) : layer.diffId, ...filesOf(layer))
    }
  }
  const { efficiency, layers, size, wasted } = report
  // Rounded down: only an image that wastes nothing is perfect.
  const percent = Math.floor(efficiency * 1000) / 10
  const count = `${layers.length} ${layers.length === 1 ? "layer" : "layers"}`
  lines.push("", `${count}, ${humanSize(size)}, ${humanSize(wasted)} wasted, efficiency ${percent} %`)
  return `${lines.join("\n")}\n`
}
