import type { Digest } from "@gantry/core/image/Digest"
import type { ImageRef } from "@gantry/core/image/ImageRef"

/** What a pull tells while it goes on. A layer is named by its compressed digest, as registries name it. */
export type PullEvent =
  /** The name was found; the layers follow. */
  | { readonly type: "pulling"; readonly ref: ImageRef }
  /** A layer of the image: here already, or to be fetched. All layers are told before the first one arrives. */
  | { readonly type: "layer"; readonly layer: Digest; readonly size: number; readonly here: boolean }
  /** Bytes of the compressed layer that are here now. `kept` of them were left by an earlier attempt. */
  | { readonly type: "received"; readonly layer: Digest; readonly bytes: number; readonly kept: number }
  /** All bytes of the layer have come in; some may still have to be unpacked. */
  | { readonly type: "downloaded"; readonly layer: Digest }
  /** The layer is stored. `how`: unpacked by this pull, or meanwhile by another process. */
  | { readonly type: "stored"; readonly layer: Digest; readonly how: "unpacked" | "elsewhere" }
  /** The image is stored and named. */
  | {
      readonly type: "pulled"
      readonly ref: ImageRef
      /** What the name led to: of a manifest or an index. */
      readonly digest: Digest
      readonly status: "new" | "up-to-date"
    }

/** Listens to a pull. Called synchronously; it must not throw. */
export type OnPullEvent = (event: PullEvent) => void

/** Shows what a pull on the way to something else does. */
export interface PullListener {
  readonly onEvent: OnPullEvent
  /** The pull has ended, however it did. */
  readonly finish: () => void
}
