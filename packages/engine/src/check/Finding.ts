import type { Digest } from "@gantry/core/image/Digest"
import type { DiskItem } from "@gantry/core/store/Disk"

/** What puts a finding right. */
export type Repair =
  | { readonly type: "remove-blob"; readonly digest: Digest }
  | { readonly type: "remove-layer"; readonly diffId: Digest }
  | { readonly type: "remove-stray"; readonly item: DiskItem; readonly foreign: boolean }
  | { readonly type: "forget-image"; readonly id: Digest }
  | { readonly type: "write-index" }
  /** Only people can. */
  | { readonly type: "none" }

/** Something that is not as it should be. Texts are sentences without a full stop. */
export interface Finding {
  readonly kind: "database" | "blob" | "image" | "layer" | "container" | "volume" | "stray" | "index"
  /** What it is about: a digest, a name, a path. */
  readonly what: string
  readonly why: string
  readonly repair: Repair
  /** What repairing does, and what people can do then or instead. */
  readonly todo: string
}

/** What a check has found. */
export interface Report {
  readonly findings: ReadonlyArray<Finding>
  /** What is worth knowing and is no fault. Sentences without a full stop. */
  readonly notes: ReadonlyArray<string>
  readonly checked: {
    readonly images: number
    readonly layers: number
    readonly blobs: number
    readonly containers: number
    /** Files of layers were read, not only looked for. */
    readonly files: boolean
  }
}
