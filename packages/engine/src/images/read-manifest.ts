import { isRecord } from "@gantry/core/is-record"
import type { Descriptor } from "@gantry/core/image/Descriptor"
import { isDigest } from "@gantry/core/image/Digest"
import type { Manifest } from "@gantry/core/image/Manifest"
import * as MediaType from "@gantry/core/image/MediaType"
import type { ManifestBytes } from "@gantry/core/registry/Registry"
import * as Either from "effect/Either"
import { decodeManifest } from "./image-json.ts"

/** What a name in a registry can lead to. */
export type ManifestKind =
  | { readonly type: "image"; readonly manifest: Manifest }
  /** Entries that can be images; signatures and other attachments are left out. */
  | { readonly type: "index"; readonly entries: ReadonlyArray<Descriptor> }

/** Why a manifest is of no use: one sentence without a full stop, and what helps where something does. */
export interface Unusable {
  readonly why: string
  readonly hint?: string
}

/** The kernel stacks no more directories. Spec: Linux, fs/overlayfs/params.h, OVL_MAX_STACK. */
export const mostLayers = 500

const manifestTypes: ReadonlySet<string> = new Set([MediaType.ociManifest, MediaType.dockerManifest])
const configTypes: ReadonlySet<string> = new Set([MediaType.ociConfig, MediaType.dockerConfig])

/**
 * Reads the manifest of an image or an index, and refuses by name what cannot become a root file system: other kinds of
 * artifacts, images of the first schema, layers that have to be fetched elsewhere or are compressed in an unknown way.
 *
 * A document must be one thing only: one that has manifests and layers means different images to different readers.
 */
export const readManifest = ({ bytes, mediaType }: ManifestBytes): Either.Either<ManifestKind, Unusable> => {
  const parsed = Either.try(() => JSON.parse(new TextDecoder().decode(bytes)) as unknown)
  if (Either.isLeft(parsed) || !isRecord(parsed.right)) return unusable("its manifest is not a JSON object")
  const value = parsed.right
  if (value["schemaVersion"] === 1 || mediaType.startsWith("application/vnd.docker.distribution.manifest.v1+")) {
    return unusable(
      "its manifest is of Docker's schema 1, which has no digests of its layers' contents",
      "push it again with a current tool"
    )
  }
  if (Array.isArray(value["manifests"]) && (value["layers"] !== undefined || value["config"] !== undefined)) {
    return unusable("its manifest claims to be an index and an image at once", "do not trust where this came from")
  }
  if (Array.isArray(value["manifests"])) return indexOf(value["manifests"])
  const type = typeof value["mediaType"] === "string" ? value["mediaType"] : mediaType
  if (MediaType.isIndex(type)) return unusable("its index has no list of manifests")
  if (!manifestTypes.has(type) && value["config"] === undefined) {
    return unusable(`its manifest is of the unknown type ${type}`)
  }
  return Either.flatMap(
    Either.mapLeft(decodeManifest(bytes), (why): Unusable => ({ why: `its manifest is malformed: ${why}` })),
    (manifest) => imageOf(manifest, typeof value["artifactType"] === "string" ? value["artifactType"] : undefined)
  )
}

const unusable = (why: string, hint?: string): Either.Either<never, Unusable> =>
  Either.left({ why, ...(hint === undefined ? {} : { hint }) })

const imageOf = (manifest: Manifest, artifactType: string | undefined): Either.Either<ManifestKind, Unusable> => {
  if (!configTypes.has(manifest.config.mediaType)) {
    return unusable(
      `it is no container image but an artifact of type ${artifactType ?? manifest.config.mediaType}`,
      "fetch it with the tool it was made for"
    )
  }
  for (const { annotations, mediaType, ...layer } of manifest.layers) {
    if (/\.(?:foreign|nondistributable)\./.test(mediaType) || "urls" in layer) {
      return unusable(
        `layer ${layer.digest} is not in the registry but elsewhere (${mediaType})`,
        "such layers belong to Windows; ask for another platform"
      )
    }
    if (annotations?.["org.opencontainers.image.enc.keys.jwe"] !== undefined || mediaType.endsWith("+encrypted")) {
      return unusable(`layer ${layer.digest} is encrypted`)
    }
    if (MediaType.compressionOf(mediaType) === undefined) {
      return unusable(
        `layer ${layer.digest} is of the unknown type ${mediaType}`,
        "layers are tar archives, plain or compressed with gzip or zstd"
      )
    }
  }
  if (manifest.layers.length > mostLayers) {
    return unusable(`it has ${manifest.layers.length} layers, and the kernel stacks no more than ${mostLayers}`)
  }
  return Either.right({ type: "image", manifest })
}

const indexOf = (manifests: ReadonlyArray<unknown>): Either.Either<ManifestKind, Unusable> => {
  const entries: Array<Descriptor> = []
  for (const each of manifests) {
    if (!isRecord(each) || !isDigest(each["digest"]) || typeof each["mediaType"] !== "string") {
      return unusable("its index is malformed: an entry is no descriptor")
    }
    const { annotations, digest, mediaType, platform, size } = each
    if (!Number.isSafeInteger(size) || Number(size) < 0) return unusable("its index is malformed: an entry has no size")
    const attached = isRecord(annotations) && annotations["vnd.docker.reference.type"] !== undefined
    if (attached || !(manifestTypes.has(mediaType) || MediaType.isIndex(mediaType))) continue
    const known = platformOf(platform)
    if (known?.os === "unknown") continue
    entries.push({ mediaType, digest, size: Number(size), ...(known === undefined ? {} : { platform: known }) })
  }
  return Either.right({ type: "index", entries })
}

const platformOf = (value: unknown): Descriptor["platform"] => {
  if (!isRecord(value)) return undefined
  const { architecture, os, variant } = value
  if (typeof os !== "string" || typeof architecture !== "string") return undefined
  return { os, architecture, ...(typeof variant === "string" && variant !== "" ? { variant } : {}) }
}
