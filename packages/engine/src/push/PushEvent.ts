import type { Digest } from "@gantry/core/image/Digest"
import type { ImageRef } from "@gantry/core/image/ImageRef"

/** What a push tells while it goes on. A layer is named by its diffID: its compressed digest is known last. */
export type PushEvent =
  /** The repository or place everything goes to. All layers of the image are told right after it, base last. */
  | { readonly type: "pushing"; readonly ref: ImageRef }
  /** A layer of the image, with the bytes of its archive. */
  | { readonly type: "layer"; readonly layer: Digest; readonly size: number }
  /** Bytes of the archive that have been compressed and handed to the registry. */
  | { readonly type: "sent"; readonly layer: Digest; readonly bytes: number }
  /** The place has the layer. `how`: sent now, there already, or taken from another repository of the registry. */
  | { readonly type: "there"; readonly layer: Digest; readonly how: "sent" }
  | { readonly type: "there"; readonly layer: Digest; readonly how: "already" }
  | { readonly type: "there"; readonly layer: Digest; readonly how: "mounted"; readonly from: string }
  /** The manifest is there, under this name. */
  | { readonly type: "pushed"; readonly ref: ImageRef; readonly digest: Digest; readonly size: number }

/** Listens to a push. Called synchronously; it must not throw. */
export type OnPushEvent = (event: PushEvent) => void
