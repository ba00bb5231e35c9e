import * as ImageRef from "@gantry/core/image/ImageRef"
import type { ImageRecord } from "@gantry/engine/images/ImageRecord"
import * as Either from "effect/Either"
import { humanSize } from "./size.ts"
import { shortId, visibleOnly } from "./text.ts"

/** An image for one platform. */
export interface PlatformFacts {
  readonly id: string
  readonly platform: string
  /** Bytes of its layers. */
  readonly size: number
  /** Names of the containers that were made from it. */
  readonly containers: ReadonlyArray<string>
  /** Base first. */
  readonly layers: ReadonlyArray<{
    readonly diffId: string
    readonly size: number
    /** What other images that have the layer are called. */
    readonly others: ReadonlyArray<string>
  }>
}

/** What an image is called, and what its name leads to. */
export interface TreeFacts {
  readonly names: string
  readonly platforms: ReadonlyArray<PlatformFacts>
}

/** All names of an image as people write them; `<none>` and its ID when it has none. */
export const calledAs = ({ digests, id, names }: Pick<ImageRecord, "digests" | "id" | "names">): string => {
  const refs = (names.length > 0 ? names : digests).map(ImageRef.parse).filter(Either.isRight)
  return refs.length === 0 ? `<none> ${shortId(id)}` : refs.map(({ right }) => ImageRef.familiar(right)).join(", ")
}

/** One branch, and what hangs on it. */
interface Branch {
  readonly text: string
  readonly below: ReadonlyArray<Branch>
}

const drawn = (branches: ReadonlyArray<Branch>, margin: string): ReadonlyArray<string> =>
  branches.flatMap(({ below, text }, at) => {
    const isLast = at === branches.length - 1
    return [`${margin}${isLast ? "└─ " : "├─ "}${text}`, ...drawn(below, `${margin}${isLast ? "   " : "│  "}`)]
  })

/** Images with their platforms, the layers of each, and who else has them. Ends with a line break unless there are none. */
export const imageTree = (images: ReadonlyArray<TreeFacts>, { truncate }: { readonly truncate: boolean }): string => {
  const idOf = (id: string) => (truncate ? shortId(id) : id)
  const branchOf = ({ containers, id, layers, platform, size }: PlatformFacts): Branch => ({
    text: [
      visibleOnly(platform),
      idOf(id),
      humanSize(size),
      ...(containers.length === 0 ? [] : [`used by ${containers.join(", ")}`])
    ].join("  "),
    below: layers.map((layer) => ({
      text: [
        idOf(layer.diffId),
        humanSize(layer.size),
        ...(layer.others.length === 0 ? [] : [`also in ${layer.others.join("; ")}`])
      ].join("  "),
      below: []
    }))
  })
  return images
    .flatMap(({ names, platforms }) => [names, ...drawn(platforms.map(branchOf), "")])
    .map((line) => `${line}\n`)
    .join("")
}
