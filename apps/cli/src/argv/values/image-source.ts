import { type Digest, isDigest } from "@gantry/core/image/Digest"
import { isRecord } from "@gantry/core/is-record"
import { textsOf } from "@gantry/engine/manifests/IndexEntry"
import type { SaidOfSource } from "@gantry/engine/verbs/combine-images"
import { bad, good, type Result } from "../Result.ts"

/** What a new image is made of: a name, a digest in the one repository that is spoken of, or a descriptor of that. */
export type WrittenSource =
  | { readonly type: "name"; readonly text: string }
  | { readonly type: "digest"; readonly digest: Digest; readonly said?: SaidOfSource }

/** Reads a source of `buildx imagetools create`. */
export const parseImageSource = (written: string): Result<WrittenSource> => {
  const text = written.trim()
  if (isDigest(text)) return good({ type: "digest", digest: text })
  const wrong = (why: string) =>
    bad(`failed to parse source ${JSON.stringify(text)}, valid sources are digests, references and descriptors: ${why}`)
  if (text.startsWith("sha256:")) return wrong("it is not a sha256 digest")
  if (!text.startsWith("{")) return good({ type: "name", text })
  const value = parsed(text)
  if (!isRecord(value)) return wrong("it is not JSON")
  const { annotations, digest, mediaType, platform, size } = value
  if (!isDigest(digest)) return wrong("it has no sha256 digest")
  if (size !== undefined && (!Number.isSafeInteger(size) || Number(size) < 0)) return wrong("its size is no number")
  return good({
    type: "digest",
    digest,
    said: {
      ...(typeof mediaType === "string" && mediaType !== "" ? { mediaType } : {}),
      ...(size === undefined ? {} : { size: Number(size) }),
      ...(isRecord(annotations) ? { annotations: textsOf(annotations) } : {}),
      ...(isRecord(platform) ? { platform: partsOf(platform) } : {})
    }
  })
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isText = (value: unknown): value is string => typeof value === "string" && value !== ""

const partsOf = (platform: Record<string, unknown>): NonNullable<SaidOfSource["platform"]> => {
  const { architecture, os, variant } = platform
  const version = platform["os.version"]
  const features = platform["os.features"]
  return {
    ...(isText(architecture) ? { architecture } : {}),
    ...(isText(os) ? { os } : {}),
    ...(isText(version) ? { "os.version": version } : {}),
    ...(Array.isArray(features) && features.every(isText) && features.length > 0 ? { "os.features": features } : {}),
    ...(isText(variant) ? { variant } : {})
  }
}
