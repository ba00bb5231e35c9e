import { type Digest, isDigest } from "@gantry/core/image/Digest"
import type { Platform } from "@gantry/core/image/Platform"
import { isRecord } from "@gantry/core/is-record"
import * as Either from "effect/Either"

/** What an index says that a manifest is for. Spec: OCI image-spec, image-index.md, property "platform". */
export interface EntryPlatform extends Platform {
  readonly "os.version"?: string
  readonly "os.features"?: ReadonlyArray<string>
}

/** What an index says of a manifest. Spec: OCI image-spec, descriptor.md. */
export interface IndexEntry {
  readonly mediaType: string
  readonly digest: Digest
  /** Bytes of the manifest. */
  readonly size: number
  readonly urls?: ReadonlyArray<string>
  readonly annotations?: { readonly [name: string]: string }
  readonly platform?: EntryPlatform
  readonly artifactType?: string
}

/** Reads an entry of an index, or says why it is none. What nobody knows is left out. */
export const decodeEntry = (value: unknown): Either.Either<IndexEntry, string> => {
  if (!isRecord(value)) return Either.left("it is not an object")
  const { annotations, artifactType, digest, mediaType, platform, size, urls } = value
  if (!isDigest(digest)) return Either.left("its digest is no sha256 digest")
  if (typeof mediaType !== "string" || mediaType === "") return Either.left("it has no mediaType")
  if (!Number.isSafeInteger(size) || Number(size) < 0) return Either.left("its size is no number of bytes")
  const made = decodePlatform(platform)
  return Either.right({
    mediaType,
    digest,
    size: Number(size),
    ...(isTexts(urls) && urls.length > 0 ? { urls } : {}),
    ...(isRecord(annotations) ? { annotations: textsOf(annotations) } : {}),
    ...(made === undefined ? {} : { platform: made }),
    ...(typeof artifactType === "string" ? { artifactType } : {})
  })
}

/** Reads what an entry of an index, or a config, says that it is for; undefined when it does not say. */
export const decodePlatform = (value: unknown): EntryPlatform | undefined => {
  if (!isRecord(value)) return undefined
  const { architecture, os, variant } = value
  if (typeof architecture !== "string" || typeof os !== "string") return undefined
  const version = value["os.version"]
  const features = value["os.features"]
  return {
    architecture,
    os,
    ...(typeof version === "string" && version !== "" ? { "os.version": version } : {}),
    ...(isTexts(features) && features.length > 0 ? { "os.features": features } : {}),
    ...(typeof variant === "string" && variant !== "" ? { variant } : {})
  }
}

const isTexts = (value: unknown): value is ReadonlyArray<string> =>
  Array.isArray(value) && value.every((each) => typeof each === "string")

/** The texts of a record of foreign JSON, such as annotations; what is no text is left out, and what is no record has none. */
export const textsOf = (value: unknown): { readonly [name: string]: string } =>
  isRecord(value)
    ? Object.fromEntries(Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === "string"))
    : {}
