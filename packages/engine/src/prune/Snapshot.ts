import type { Digest } from "@gantry/core/image/Digest"
import type { StepKey } from "@gantry/core/store/BuildCache"
import type { Stack } from "@gantry/core/store/LayerStore"

/** What every kind of thing has that a filter can ask for. Times in milliseconds since 1970. */
export interface Dated {
  readonly createdAt: number
  readonly lastUsed: number
  readonly labels: { readonly [name: string]: string }
}

/** An image, as far as removing is concerned. */
export interface ImageFacts extends Dated {
  readonly id: Digest
  readonly names: ReadonlyArray<string>
  readonly digests: ReadonlyArray<string>
  readonly stack: Stack
  /** Its manifest, its config, and the indexes that led to it. */
  readonly blobs: ReadonlyArray<Digest>
  /** Complete name of a list of manifests that has it; absent when none does. */
  readonly list?: string
}

/** A container, as far as removing is concerned. */
export interface ContainerFacts extends Dated {
  readonly id: string
  readonly name: string
  /** ID of its image; empty for one without. */
  readonly image: Digest | ""
  /** IDs of the images it mounts; none when absent. */
  readonly mountedImages?: ReadonlyArray<Digest>
  readonly live: boolean
  /** Names of the volumes it mounts. */
  readonly volumes: ReadonlyArray<string>
  /** Names of the networks it is attached to when it runs. */
  readonly networks: ReadonlyArray<string>
  /** What it takes of the disk: its own writes, its log, its state. */
  readonly bytes: number
}

/** IDs of the images that a container cannot do without. */
export const imagesOf = ({ image, mountedImages = [] }: ContainerFacts): ReadonlyArray<Digest> => [
  ...(image === "" ? [] : [image]),
  ...mountedImages
]

/** A volume, as far as removing is concerned. */
export interface VolumeFacts extends Dated {
  readonly name: string
  readonly anonymous: boolean
  readonly bytes: number
}

/** A network that somebody created. When that was is not on record. */
export interface NetworkFacts {
  readonly name: string
  readonly labels: { readonly [name: string]: string }
  /** Milliseconds since 1970; absent where it is not on record. */
  readonly createdAt?: number
}

/** A record of the build cache. */
export interface CacheFacts extends Dated {
  readonly key: StepKey
  readonly layer: Digest | null
  /** In one line, as written. */
  readonly instruction: string
  /** Key of the step before it, ID of the image below, or `scratch`. */
  readonly parent: string
  /** Builds that used it. */
  readonly uses: number
}

/** A directory that builds keep with `RUN --mount=type=cache`. */
export interface CacheMountFacts extends Dated {
  /** As the Dockerfile has it. */
  readonly id: string
  /** Of its directory. */
  readonly name: string
  readonly bytes: number
  /** A build uses it now. */
  readonly busy: boolean
}

/** A tree that stands on layers: a container's, or one that a step of a build changes now. */
export interface TreeFacts {
  readonly id: string
  readonly parents: Stack
  /** It is of a container that never came to be: who made it has ended. */
  readonly abandoned?: true
}

/** Bytes on the disk under a name. */
export interface StoredFacts {
  readonly bytes: number
  /** Milliseconds since 1970. */
  readonly changedAt: number
}

/** The beginning of a blob. */
export interface PartialFacts extends StoredFacts {
  readonly digest: Digest
  /** Relative to the root. */
  readonly path: string
  /** A process fetches it now. */
  readonly held: boolean
}

/** All that a decision to remove something rests on, at one moment. Plain data. */
export interface Snapshot {
  /** Milliseconds since 1970. */
  readonly now: number
  /** When the oldest command began that makes images or layers now; none when nothing does. */
  readonly workingSince?: number
  readonly images: ReadonlyArray<ImageFacts>
  readonly containers: ReadonlyArray<ContainerFacts>
  readonly volumes: ReadonlyArray<VolumeFacts>
  /** Looked at only when networks may go. */
  readonly networks?: ReadonlyArray<NetworkFacts>
  readonly cache: ReadonlyArray<CacheFacts>
  readonly cacheMounts: ReadonlyArray<CacheMountFacts>
  readonly trees: ReadonlyArray<TreeFacts>
  readonly layers: ReadonlyMap<Digest, StoredFacts>
  readonly blobs: ReadonlyMap<Digest, StoredFacts>
  readonly partials: ReadonlyArray<PartialFacts>
  /** Bytes of the file system that are free. */
  readonly free: number
}
