import type { Digest } from "@gantry/core/image/Digest"
import * as MediaType from "@gantry/core/image/MediaType"
import type { EntryPlatform } from "@gantry/engine/manifests/IndexEntry"
import { listDocument } from "@gantry/engine/manifests/ManifestList"

/** A manifest as `manifest inspect` shows it. */
export interface ShownManifest {
  /** Its complete name. */
  readonly source: string
  readonly mediaType: string
  readonly digest: Digest
  readonly bytes: Uint8Array
  /** Bytes of the manifest, where its bytes are not at hand. */
  readonly size?: number
  readonly platform?: EntryPlatform
}

const textOf = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes)

/** One manifest, indented as docker does. Ends with a line break. */
export const manifestJson = (bytes: Uint8Array | undefined): string =>
  `${JSON.stringify(JSON.parse(textOf(bytes)), undefined, "\t")}\n`

/** A list of manifests, as docker writes and pushes it. Ends with a line break. */
export const manifestListJson = (manifests: ReadonlyArray<ShownManifest>): string =>
  `${textOf(listDocument(manifests.map(({ bytes, digest, mediaType, platform, size = bytes.length }) => ({ mediaType, digest, size, ...(platform === undefined ? {} : { platform }) }))).bytes)}\n`

/** All that is known of a manifest, or of each of a list. Ends with a line break. */
export const verboseJson = (manifests: ReadonlyArray<ShownManifest>, isList: boolean): string => {
  const all = manifests.map(({ bytes, digest, mediaType, platform, size = bytes.length, source }) => ({
    Ref: source,
    Descriptor: { mediaType, digest, size, ...(platform === undefined ? {} : { platform }) },
    Raw: Buffer.from(bytes).toString("base64"),
    [mediaType === MediaType.dockerManifest ? "SchemaV2Manifest" : "OCIManifest"]: JSON.parse(textOf(bytes)) as unknown
  }))
  return `${JSON.stringify(isList ? all : all[0], undefined, "\t")}\n`
}
