import type { CompressionForm } from "@gantry/core/compression/compress"
import type { PackedRow } from "../pack-layer.ts"

/** What the packing process is told, as JSON in its only argument. */
export interface PackOrder {
  /** Absolute directory of all layers. */
  readonly layers: string
  readonly row: PackedRow
  readonly form: CompressionForm
}

/** The descriptor on which the bytes that were read are told: a line with their number now and then. */
export const progressFd = 3
