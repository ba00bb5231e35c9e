import type { Digest } from "@gantry/core/image/Digest"
import type { CacheLimits } from "@gantry/core/Settings"
import type { StepKey } from "@gantry/core/store/BuildCache"

/** What somebody wants to be rid of. */
export interface PruneWish {
  /** Those that do not run. */
  readonly containers?: boolean
  /** `dangling`: those without a name; `unused`: those without a container. */
  readonly images?: "dangling" | "unused"
  /** `unshared`: records whose layers no image has; `all`: every record. Either way all cache mounts. */
  readonly cache?: "unshared" | "all"
  /** How much of the cache may stay: of what could go, only so much goes. All of it goes without limits. */
  readonly limits?: CacheLimits
  /** Keys of cache records begin with one of these, in hexadecimal, and cache mounts are called so; any without. */
  readonly keys?: ReadonlyArray<string>
  /** What of the build cache may go: results of steps, cache mounts; both when absent. */
  readonly cacheKinds?: ReadonlyArray<"record" | "mount">
  /** What tombstones of the cache say that it was: `prune` when absent. */
  readonly rule?: string
  /** What unfinished pulls and builds left, beginnings of blobs and layers of no image: after a day, or at once. */
  readonly unfinished?: "old" | "all"
  /** `anonymous`: those that were made for one container; `all`: named ones too. Never those a container mounts. */
  readonly volumes?: "anonymous" | "all"
  /** Those that somebody created and no container has, running or not. */
  readonly networks?: boolean
  readonly filters?: PruneFilters
}

/** What must be true of a thing for it to go. Cache and unfinished things have no labels and pass those. */
export interface PruneFilters {
  /** Made before this instant, in milliseconds since 1970. */
  readonly until?: number
  /** Not used since this instant, in milliseconds since 1970. */
  readonly unusedSince?: number
  /** Says of labels whether they are right. */
  readonly labels?: (labels: { readonly [name: string]: string }) => boolean
}

/** One thing that goes, and the bytes of the disk that are free then. */
export type Removal = { readonly bytes: number } & (
  | { readonly kind: "container"; readonly id: string; readonly name: string }
  | { readonly kind: "volume"; readonly name: string }
  | { readonly kind: "network"; readonly name: string }
  | {
      readonly kind: "image"
      readonly id: Digest
      readonly names: ReadonlyArray<string>
      readonly digests: ReadonlyArray<string>
    }
  /** `rule`: what it goes for. `frees`: bytes of its layer, which goes by itself when nothing else needs it. */
  | { readonly kind: "cache"; readonly key: StepKey; readonly rule: string; readonly frees: number }
  /** `id` is what the Dockerfile calls it, `name` what its directory is called. */
  | { readonly kind: "cache-mount"; readonly name: string; readonly id: string }
  | { readonly kind: "layer" | "blob"; readonly digest: Digest }
  | { readonly kind: "partial"; readonly digest: Digest; readonly path: string }
)

/** One thing that stays although its kind was asked for, and why. */
export interface Kept {
  readonly kind: Removal["kind"]
  /** Name or ID. */
  readonly what: string
  readonly why: string
}

/** What is to be done, decided before anything is. */
export interface Plan {
  /** In the order in which it can go. */
  readonly remove: ReadonlyArray<Removal>
  readonly keep: ReadonlyArray<Kept>
}

/** Bytes that are free when all of these are gone. */
export const bytesOf = (removals: ReadonlyArray<Removal>): number => removals.reduce((sum, { bytes }) => sum + bytes, 0)

/** A text that is the same for the same thing in two plans, and for no other. */
export const identityOf = (removal: Removal): string => {
  switch (removal.kind) {
    case "container":
      return `container ${removal.id}`
    case "volume":
    case "network":
      return `${removal.kind} ${removal.name}`
    case "image":
      return `image ${removal.id}`
    case "cache":
      return `cache ${removal.key}`
    case "cache-mount":
      return `cache-mount ${removal.name}`
    case "layer":
    case "blob":
    case "partial":
      return `${removal.kind} ${removal.digest}`
  }
}
