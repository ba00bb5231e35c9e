import type { Digest } from "@gantry/core/image/Digest"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { LayoutIndex } from "./layout-index.ts"
import type { PlaceError } from "./place-error.ts"

/** Bytes that can be read from anywhere in them. */
export interface Readable {
  /** Bytes. */
  readonly size: number
  /** Bytes from an offset on, at most `length`; none at the end. */
  readonly read: (at: number, length: number) => Promise<Uint8Array>
}

/** A blob in the making. Closing its scope discards it unless it was published. */
export interface PlaceDraft {
  readonly append: (chunk: Uint8Array) => Effect.Effect<void, PlaceError>
  readonly publish: (digest: Digest) => Effect.Effect<void, PlaceError>
}

/** A folder or an archive as the registry sees it: blobs by digest, and one index of what has a name. */
export interface Place {
  /** Fails with `LocalPlaceFailed` when there is nothing. */
  readonly index: Effect.Effect<LayoutIndex, PlaceError>
  /** The blob, or undefined when the place has none of the digest, or is not there at all. */
  readonly open: (digest: Digest) => Effect.Effect<Readable | undefined, PlaceError, Scope.Scope>
  readonly draft: Effect.Effect<PlaceDraft, PlaceError, Scope.Scope>
  /** Changes the index, one at a time among all who write to the place. The place is made when it is not there. */
  readonly change: (change: (index: LayoutIndex) => LayoutIndex) => Effect.Effect<void, PlaceError>
  /** See `Registry.together`. */
  readonly together: <A, E, R>(effect: Effect.Effect<A, E, R>, replace: boolean) => Effect.Effect<A, E | PlaceError, R>
}
