import type { Digest } from "@gantry/core/image/Digest"

/** An image of the local store. */
export interface ImageRecord {
  /** Digest of its config: the image ID. */
  readonly id: Digest
  /** Digest of its manifest. */
  readonly manifest: Digest
  /** Bytes of the manifest. */
  readonly manifestSize: number
  readonly manifestType: string
  /** The manifest that stands for it in the layout's index, when its own cannot: see `ociSpelling`. */
  readonly layout?: { readonly digest: Digest; readonly size: number }
  /** Layers, base first. */
  readonly stack: ReadonlyArray<Digest>
  /** Bytes of all its layers, unpacked archives added up. */
  readonly size: number
  /** Milliseconds since 1970, as the image says of itself. */
  readonly createdAt: number
  /** Full names, sorted. */
  readonly names: ReadonlyArray<string>
  /** Those of its names that mean this image only when its platform is asked for, and alone that of another platform. */
  readonly lesserNames: ReadonlyArray<string>
  /**
   * What registries call it: `repository@digest` with complete repositories, sorted. The digest is that of the manifest
   * or of the index that the name led to.
   */
  readonly digests: ReadonlyArray<string>
  /** Indexes that its names lead to, when an image of several platforms was built: see `NewIndex`. Sorted. */
  readonly indexes: ReadonlyArray<Digest>
  readonly labels: { readonly [name: string]: string }
  /** Milliseconds since 1970 when a container was last made from it or a build stood on it. */
  readonly lastUsed: number
}

/** A name that never moves: the digest a registry has an image under. */
export interface RepositoryDigest {
  readonly registry: string
  readonly repository: string
  readonly digest: Digest
}

/** The parts of an image that are stored once; the rest is names and dates. */
export type NewImage = Omit<ImageRecord, "names" | "lesserNames" | "digests" | "indexes" | "lastUsed">

/** An image of several platforms: its index, and the images that the index names. */
export interface NewIndex {
  /** Of the index, whose bytes are stored. */
  readonly digest: Digest
  /** Bytes of the index. */
  readonly size: number
  /** The one that suits this machine best comes first: a name alone means that one. */
  readonly images: ReadonlyArray<NewImage>
}
