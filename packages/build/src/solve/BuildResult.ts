import type { Digest } from "@gantry/core/image/Digest"
import type { ImageConfig } from "@gantry/core/image/ImageConfig"
import type { Stack } from "@gantry/core/store/LayerStore"
import type { StepKey } from "@gantry/core/store/BuildCache"
import type { Cause } from "../key/Cause.ts"
import type { StepLabel } from "./SolveEvent.ts"

/** How one step of a build came to its result. */
export interface StepReport {
  readonly step: StepLabel
  /**
   * `cached`: an earlier build's result; `ran`: made now; `shared`: made now by an equal step of this build; `missing`:
   * not made, because this was a plan.
   */
  readonly how: "cached" | "ran" | "shared" | "missing"
  /** Absent for FROM and ARG, which have no result of their own, and where a plan cannot know it. */
  readonly key?: StepKey
  /** Milliseconds it took, or once took. */
  readonly tookMs: number
  /** Milliseconds since 1970 when its result was made; absent where there is none. */
  readonly createdAt?: number
  /** Why it was not cached, naming what changed. */
  readonly cause?: Cause
  readonly layer: Digest | null
}

/** A stage that was built and is not the image: what the image would be if that stage were the target. */
export interface BuiltStage extends Pick<BuildResult, "config" | "stack"> {
  readonly name: string
}

/** A built image. */
export interface BuildResult {
  /** Complete: rootfs, history and times included. Equal builds give equal configs, cached or not, but for times. */
  readonly config: ImageConfig
  /** The image's layers, base first: the same as `config.rootfs.diff_ids`. */
  readonly stack: Stack
  /** The other stages that were built, in file order. */
  readonly stages: ReadonlyArray<BuiltStage>
  /** All steps of all stages that were built, stages in file order. */
  readonly steps: ReadonlyArray<StepReport>
}
