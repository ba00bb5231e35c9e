import type { ShowOptions } from "./container-row.ts"
import { humanSize } from "./size.ts"
import { shortId } from "./text.ts"
import { ago, createdAt } from "./time.ts"

/** What is known of one tag of an image when images are listed. */
export interface ImageFacts {
  /** Digest of the configuration, with `sha256:`. */
  readonly id: string
  /** Missing for an image that nothing names. */
  readonly repository?: string
  readonly tag?: string
  /** Digest of the manifest, with `sha256:`. */
  readonly digest?: string
  /** Milliseconds since 1970; missing when the image does not say. */
  readonly createdAt?: number
  /** Bytes of all layers unpacked. */
  readonly size: number
  /** Milliseconds since 1970. */
  readonly lastUsed?: number
  /** How many containers were made from it. Only counted when asked for. */
  readonly containers?: number
}

/** Headers of the fields that `images --format` knows. */
export const imageHeaders = {
  ID: "IMAGE ID",
  Repository: "REPOSITORY",
  Tag: "TAG",
  Digest: "DIGEST",
  CreatedSince: "CREATED",
  CreatedAt: "CREATED AT",
  Size: "SIZE",
  Containers: "CONTAINERS",
  SharedSize: "SHARED SIZE",
  UniqueSize: "UNIQUE SIZE",
  VirtualSize: "VIRTUAL SIZE",
  LastUsed: "LAST USED"
} as const

/** The fields that `images` shows, in this order. */
export const imageColumns = ["Repository", "Tag", "ID", "CreatedSince", "Size"] as const

/** The same for `images --digests`. */
export const imageDigestColumns = ["Repository", "Tag", "Digest", "ID", "CreatedSince", "Size"] as const

/** One line of `images`, by the names that templates use. */
export const imageRow = (facts: ImageFacts, { now, truncate }: ShowOptions) => ({
  ID: truncate ? shortId(facts.id) : facts.id,
  Repository: facts.repository ?? "<none>",
  Tag: facts.tag ?? "<none>",
  Digest: facts.digest ?? "<none>",
  CreatedSince: facts.createdAt === undefined ? "N/A" : ago(facts.createdAt, now),
  // Asking for the time zone is slow, and the usual view does not show it.
  get CreatedAt() {
    return facts.createdAt === undefined ? "N/A" : createdAt(facts.createdAt)
  },
  Size: humanSize(facts.size),
  Containers: facts.containers === undefined ? "N/A" : `${facts.containers}`,
  SharedSize: "N/A",
  UniqueSize: "N/A",
  VirtualSize: humanSize(facts.size),
  LastUsed: facts.lastUsed === undefined ? "N/A" : ago(facts.lastUsed, now)
})
