import { join } from "node:path"

/** Where things lie below a store's root. Absolute paths. */
export interface Places {
  readonly root: string
  /** One directory a layer: `<short>/diff`. */
  readonly layers: string
  /** Stacks of layers as they are for other owners: `<name>/diff`. */
  readonly mapped: string
  /** One directory a writable tree: `<id>/{diff,work,merged}`. */
  readonly trees: string
  /** Blobs by the hex of their digest. */
  readonly blobs: string
  /** What is being made; every name in it starts with its owner. */
  readonly ingest: string
}

/** The places of a root directory. Makes nothing. */
export const placesOf = (root: string): Places => ({
  root,
  layers: join(root, "layers"),
  mapped: join(root, "mapped"),
  trees: join(root, "trees"),
  blobs: join(root, "blobs", "sha256"),
  ingest: join(root, "ingest")
})
