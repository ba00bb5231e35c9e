import type { Descriptor } from "./Descriptor.ts"

/**
 * One image for one platform: its config and its layers, base first.
 *
 * Spec: OCI image-spec, manifest.md. A manifest is never written again to compute its digest: the original bytes are kept.
 */
export interface Manifest {
  readonly schemaVersion: 2
  readonly mediaType: string
  readonly config: Descriptor
  readonly layers: ReadonlyArray<Descriptor>
  readonly annotations?: { readonly [name: string]: string }
}
