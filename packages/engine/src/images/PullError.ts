import type { RegistryError } from "@gantry/core/registry/RegistryError"
import type {
  BlobCorrupt,
  LayerMalformed,
  LayerTooLarge,
  StorageFailure,
  UnsafePath
} from "@gantry/core/store/StoreError"
import * as Data from "effect/Data"
import type { WrongPlatform } from "../EngineError.ts"

/** The registry has the image, but not for this kind of machine. Another `--platform` helps. */
export class NoSuchPlatform extends Data.TaggedError("NoSuchPlatform")<{
  readonly reference: string
  readonly wanted: string
  /** What there is, as `os/architecture[/variant]`. */
  readonly available: ReadonlyArray<string>
}> {
  override get message() {
    return `${this.reference} is not made for ${this.wanted}`
  }
}

/** What the registry has under the name is no image that containers can be made of. */
export class UnusableImage extends Data.TaggedError("UnusableImage")<{
  readonly reference: string
  /** One sentence without a full stop. */
  readonly why: string
  /** What helps, where something does. */
  readonly hint?: string
}> {
  override get message() {
    return `${this.reference} cannot be used: ${this.why}`
  }
}

/** How fetching an image can fail. */
export type PullError =
  | BlobCorrupt
  | LayerMalformed
  | LayerTooLarge
  | NoSuchPlatform
  | RegistryError
  | StorageFailure
  | UnsafePath
  | UnusableImage
  | WrongPlatform
