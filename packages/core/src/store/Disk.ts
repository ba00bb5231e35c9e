import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { StorageFailure } from "./StoreError.ts"

/**
 * What something on the disk is to the store.
 *
 * - `layer`, `tree`, `blob`: named by the store; `id` is the diffID, the tree's name, the digest.
 * - `partial`: the beginning of a blob; `id` is the digest.
 * - `unfinished`: a living process is making it.
 * - `leftover`: a process that has ended was making or removing it; `LayerStore.sweep` takes it away.
 * - `records`: the store's own, small: directories, locks, marks.
 * - `stray`: it lies in a place of the store's, and the store knows nothing of it; `id` is its path.
 * - `other`: it lies below the root, in no place of the store's; `id` is its path.
 */
export type DiskKind = "layer" | "tree" | "blob" | "partial" | "unfinished" | "leftover" | "records" | "stray" | "other"

/** A part of what lies below the root, with all that is in it. */
export interface DiskItem {
  readonly kind: DiskKind
  readonly id: string
  /** Relative to the root, with slashes; empty for the root itself. */
  readonly path: string
  /** Bytes the disk gives to it: whole blocks, and a file of several names once. */
  readonly bytes: number
  /** Milliseconds since 1970 when it was put there or changed last. */
  readonly changedAt: number
}

/** What lies below the root of a store, and what it is. */
export interface DiskShape {
  /**
   * Everything below the root, each byte in exactly one item, so that the items add up to what the disk gives to the root.
   * Directories named in `divided` are told entry by entry; their own blocks are an item of their name.
   * What comes and goes meanwhile may be missed, and the database's log, which is there while somebody has it open, is
   * left out.
   */
  readonly survey: (divided: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<DiskItem>, StorageFailure>
  /** Bytes of the file system that the root lies on: all of them, and those that are free for gantry. */
  readonly space: Effect.Effect<{ readonly total: number; readonly free: number }, StorageFailure>
  /**
   * Removes what nobody knows, by its path relative to the root. Nothing happens when the store has learned of it since,
   * or when it is gone. Only for items of the kinds `stray`, `partial` and `other`.
   */
  readonly remove: (item: Pick<DiskItem, "kind" | "path">) => Effect.Effect<void, StorageFailure>
}

/** The service tag of {@link DiskShape}. */
export class Disk extends Context.Tag("@gantry/core/Disk")<Disk, DiskShape>() {}
