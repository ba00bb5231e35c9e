import type { Digest } from "./Digest.ts"
import type { Platform } from "./Platform.ts"

/**
 * Names content by type, digest and size.
 *
 * Spec: OCI image-spec, descriptor.md.
 */
export interface Descriptor {
  readonly mediaType: string
  readonly digest: Digest
  /** Bytes of the content. */
  readonly size: number
  readonly annotations?: { readonly [name: string]: string }
  /** Only in an index. */
  readonly platform?: Platform
}
