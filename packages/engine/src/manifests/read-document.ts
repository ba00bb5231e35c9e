import type { Descriptor } from "@gantry/core/image/Descriptor"
import { isRecord } from "@gantry/core/is-record"
import * as MediaType from "@gantry/core/image/MediaType"
import type { ManifestBytes } from "@gantry/core/registry/Registry"
import * as Either from "effect/Either"
import { isDescriptor } from "../images/image-json.ts"
import { decodeEntry, type IndexEntry, textsOf } from "./IndexEntry.ts"

/** What a name in a registry leads to, as it says itself: of an index all entries, attachments included. */
export type ManifestDocument =
  | {
      readonly type: "index"
      readonly mediaType: string
      readonly entries: ReadonlyArray<IndexEntry>
      readonly annotations: { readonly [name: string]: string }
    }
  | {
      readonly type: "manifest"
      readonly mediaType: string
      readonly config: Descriptor
      readonly layers: ReadonlyArray<Descriptor>
    }

/** An index of more entries is not read: nobody builds for so many platforms. */
export const mostEntries = 1000

/**
 * Reads a manifest or an index, or says why it is neither. A document that claims to be both at once is refused: it
 * means different things to different readers. Spec: OCI image-spec, manifest.md and image-index.md.
 */
export const readDocument = ({ bytes, mediaType }: ManifestBytes): Either.Either<ManifestDocument, string> => {
  const parsed = Either.try(() => JSON.parse(new TextDecoder().decode(bytes)) as unknown)
  if (Either.isLeft(parsed) || !isRecord(parsed.right)) return Either.left("its manifest is not a JSON object")
  const value = parsed.right
  if (value["schemaVersion"] === 1 || mediaType.startsWith("application/vnd.docker.distribution.manifest.v1+")) {
    return Either.left("its manifest is of Docker's schema 1, which no list can hold")
  }
  const type = typeof value["mediaType"] === "string" ? value["mediaType"] : mediaType
  const { config, layers, manifests } = value
  if (manifests !== undefined && (config !== undefined || layers !== undefined)) {
    return Either.left("its manifest claims to be an index and an image at once")
  }
  if (Array.isArray(manifests))
    return readIndex(MediaType.isIndex(type) ? type : MediaType.ociIndex, manifests, value["annotations"])
  if (MediaType.isIndex(type)) return Either.left("its index has no list of manifests")
  if (!isDescriptor(config) || !Array.isArray(layers) || !layers.every(isDescriptor)) {
    return Either.left("its manifest names no config and layers")
  }
  return Either.right({ type: "manifest", mediaType: manifestType(type, config), config, layers })
}

/** Some registries say of a manifest without a type nothing that helps; its config tells whose it is. */
const manifestType = (type: string, config: Descriptor): string => {
  if (type === MediaType.ociManifest || type === MediaType.dockerManifest) return type
  return config.mediaType === MediaType.dockerConfig ? MediaType.dockerManifest : MediaType.ociManifest
}

const readIndex = (
  mediaType: string,
  manifests: ReadonlyArray<unknown>,
  annotations: unknown
): Either.Either<ManifestDocument, string> => {
  if (manifests.length > mostEntries) {
    return Either.left(`its index has ${manifests.length} entries, and ${mostEntries} are the most`)
  }
  return Either.map(Either.all(manifests.map(decodeEntry)), (entries) => ({
    type: "index" as const,
    mediaType,
    entries,
    annotations: textsOf(annotations)
  })).pipe(Either.mapLeft((why) => `its index is malformed: of an entry, ${why}`))
}
