import { levelsOf } from "@gantry/core/compression/compress"
import { bad, good, type Result } from "../Result.ts"

/** A compression and its level, as `compression=` and `compression-level=` ask for them; nothing where they say nothing. */
export interface CompressionChoice {
  readonly kind?: "none" | "gzip" | "zstd"
  readonly level?: number
}

/** Reads the two keys that all outputs and caches have. */
export const parseCompression = (text: string | undefined, level: string | undefined): Result<CompressionChoice> => {
  const kind = text === "uncompressed" ? "none" : text
  if (kind !== undefined && kind !== "none" && kind !== "gzip" && kind !== "zstd") {
    return bad(`compression=${kind} is not supported: gzip, zstd or uncompressed`)
  }
  const { least, most } = levelsOf(kind ?? "gzip")
  if (level !== undefined && !(/^\d{1,2}$/.test(level) && Number(level) >= least && Number(level) <= most)) {
    return bad(`compression-level=${level} is not one of ${least} to ${most}`)
  }
  return good({
    ...(kind === undefined ? {} : { kind }),
    ...(level === undefined ? {} : { level: Number(level) })
  })
}
