import * as MediaType from "@gantry/core/image/MediaType"
import { entryOf, listDocument, type ShownManifest } from "@gantry/engine/manifests/ManifestList"

const textOf = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes)

/** One manifest, indented as docker does. Ends with a line break. */
export const manifestJson = (bytes: Uint8Array | undefined): string =>
  `${JSON.stringify(JSON.parse(textOf(bytes)), undefined, "\t")}\n`

/** A list of manifests, as docker writes and pushes it. Ends with a line break. */
export const manifestListJson = (manifests: ReadonlyArray<ShownManifest>): string =>
  `${textOf(listDocument(manifests.map(entryOf)).bytes)}\n`

/** All that is known of a manifest, or of each of a list. Ends with a line break. */
export const verboseJson = (manifests: ReadonlyArray<ShownManifest>, isList: boolean): string => {
  const all = manifests.map((each) => ({
    Ref: each.source,
    Descriptor: entryOf(each),
    Raw: Buffer.from(each.bytes).toString("base64"),
    [each.mediaType === MediaType.dockerManifest ? "SchemaV2Manifest" : "OCIManifest"]: JSON.parse(
      textOf(each.bytes)
    ) as unknown
  }))
  return `${JSON.stringify(isList ? all : all[0], undefined, "\t")}\n`
}
