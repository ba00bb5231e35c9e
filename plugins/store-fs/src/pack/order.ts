import type { CompressionForm } from "@gantry/core/compression/compress"
import type { PackedRow } from "../pack-layer.ts"

/** A layer that the packing process is to pack: a line of JSON on its standard input. */
export interface PackOrder {
  /** Absolute directory of all layers. */
  readonly layers: string
  readonly row: PackedRow
  readonly form: CompressionForm
}

/** What the packing process tells of a layer, a line of JSON each. */
export interface PackNews {
  /** Bytes of the archive that have been read, now and then. */
  readonly read: number
  /** Bytes that it has written, when the archive is whole. */
  readonly written?: number
}

/** The descriptor for news: standard output has the compressed archives, one behind the other. */
export const newsFd = 3
