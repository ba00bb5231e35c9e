import type { Digest } from "@gantry/core/image/Digest"
import type { ImageConfig } from "@gantry/core/image/ImageConfig"
import type { Stack } from "@gantry/core/store/LayerStore"
import type { StepKey } from "@gantry/core/store/BuildCache"
import type { StepLabel } from "./SolveEvent.ts"

/** How one step of a build came to its result. */
export interface StepReport {
  readonly step: StepLabel
  /** `cached`: an earlier build's result; `ran`: made now; `shared`: made now by an equal step of this build. */
  readonly how: "cached" | "ran" | "shared"
  /** Absent for FROM and ARG, which have no result of their own. */
  readonly key?: StepKey
  /** Milliseconds it took, or once took. */
  readonly tookMs: number
  /** Why it was not cached: one sentence without a full stop, naming what changed. */
  readonly cause?: string
  readonly layer: Digest | null
}

/** A built image. */
export interface BuildResult {
  /** Complete: rootfs, history and times included. Equal builds give equal configs, cached or not, but for times. */
  readonly config: ImageConfig
  /** The image's layers, base first: the same as `config.rootfs.diff_ids`. */
  readonly stack: Stack
  /** All steps of all stages that were built, stages in file order. */
  readonly steps: ReadonlyArray<StepReport>
}
