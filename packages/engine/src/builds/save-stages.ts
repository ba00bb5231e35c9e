import type { BuildResult } from "@gantry/build/solve/BuildResult"
import type { Digest } from "@gantry/core/image/Digest"
import type { Platform } from "@gantry/core/image/Platform"
import * as Effect from "effect/Effect"
import { commitImage } from "../images/commit-image.ts"

/** An image that a stage has become. */
export interface SavedStage {
  readonly name: string
  readonly platform: Platform
  readonly image: Digest
}

/** Makes images without names of all stages besides the target, those of the first platform first. */
export const saveStages = (results: ReadonlyArray<Pick<BuildResult, "stages"> & { readonly platform: Platform }>) =>
  Effect.map(
    Effect.forEach(results, ({ platform, stages }) =>
      Effect.forEach(stages, ({ config, name, stack }) =>
        Effect.map(commitImage(config, stack, []), ({ id }): SavedStage => ({ name, platform, image: id }))
      )
    ),
    (saved) => saved.flat()
  )
