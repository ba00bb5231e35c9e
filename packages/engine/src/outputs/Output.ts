import type { ImageRef } from "@gantry/core/image/ImageRef"
import type { LayerForm } from "../push/LayerForm.ts"
import type { Annotation } from "./annotations.ts"
import type { WriteArchive } from "./export-tree.ts"

/**
 * One thing that a build gives, as `--output` asks for it (FEATURES 3.2, O1 to O8). Paths are absolute.
 */
export type Output =
  /** The image is kept in the store, and sent to the registries of its names when `push` is true. */
  | {
      readonly type: "image"
      /** Further names, beside those of the build. */
      readonly names: ReadonlyArray<ImageRef>
      readonly push: boolean
      /** The names stay where they are: the image goes to their repositories under its digest alone. */
      readonly byDigest: boolean
      /** False: the image is only pushed, and not on record in this store. */
      readonly store: boolean
      /** Of what is pushed; the store keeps no compressed layers. */
      readonly form: LayerForm
      readonly annotations: ReadonlyArray<Annotation>
    }
  /** The image goes into an archive, or a layout folder. */
  | {
      readonly type: "archive"
      /** As references to places on this machine begin: `oci-archive:/srv/app.tar`. */
      readonly place: string
      readonly names: ReadonlyArray<ImageRef>
      readonly form: LayerForm
      readonly annotations: ReadonlyArray<Annotation>
    }
  /** The files of the image go into a folder. */
  | {
      readonly type: "local"
      readonly directory: string
      /** `delete`: what the folder holds and the image does not is removed. */
      readonly mode: "copy" | "delete"
      readonly split: PlatformSplit
    }
  /** The files of the image go into one archive. */
  | {
      readonly type: "tar"
      readonly write: WriteArchive
      /** Nothing else may be written there. */
      readonly toStandardOutput: boolean
      readonly split: PlatformSplit
    }
  /** Nothing but what the cache keeps. */
  | { readonly type: "cacheonly" }

/** Whether the files of each platform get a folder of their own: `auto` when there are several platforms. */
export type PlatformSplit = "auto" | "always" | "never"
