import type { ImageRef } from "@gantry/core/image/ImageRef"
import type { LayerForm } from "../push/LayerForm.ts"

/** Where results of other builds are looked for: a repository, or a layout folder of this machine. */
export interface CacheSource {
  readonly ref: ImageRef
  /** How the user calls it, for warnings. */
  readonly shown: string
  /** Cache mounts go along, and are taken where they are not here. */
  readonly mounts?: boolean
}

/** Where the results of a build are left for others. */
export interface CacheTarget extends CacheSource {
  /** Which layers go along. `min`: those of the stage that is built and of those it stands on; `max`: those of all stages. */
  readonly mode: "min" | "max"
  readonly form: LayerForm
  /** Whether the build succeeds all the same when nothing could be left. */
  readonly ignoreError: boolean
}
