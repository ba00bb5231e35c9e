import { levelsOf } from "@gantry/core/compression/compress"
import { usualCompression, type LayerForm } from "@gantry/engine/push/LayerForm"
import * as Effect from "effect/Effect"
import { given } from "./read-values.ts"
import { badValue, type Usage } from "./Usage.ts"

/** What is said about the form of layers on a command line. */
export interface FormOptions {
  readonly compression: string | undefined
  readonly compressionLevel: number | undefined
  readonly forceCompression: boolean
  /** `oci` or `v2s2`. */
  readonly format: string | undefined
}

/** The form that options ask for. */
export const formOf = (options: FormOptions): Effect.Effect<LayerForm, Usage> =>
  Effect.gen(function* () {
    const { compression, compressionLevel: level, forceCompression, format } = options
    if (compression !== undefined && compression !== "gzip" && compression !== "zstd" && compression !== "none") {
      return yield* badValue(`--compression ${compression}: not a compression`, "gzip, zstd or none")
    }
    const { least, most } = levelsOf(compression ?? usualCompression)
    if (level !== undefined && (level < least || level > most)) {
      const name = compression ?? usualCompression
      return yield* badValue(
        `--compression-level ${level}: ${name === "none" ? "there are no levels without compression" : `${name} has the levels ${least} to ${most}`}`
      )
    }
    if (format !== undefined && format !== "oci" && format !== "v2s2") {
      return yield* badValue(`--format ${format}: not a format of manifests`, "oci or v2s2")
    }
    if (format === "v2s2" && compression === "zstd") {
      return yield* badValue("--format v2s2 has no zstd", "leave out --format, or use gzip")
    }
    return {
      ...given("compression", compression),
      ...given("level", level),
      force: forceCompression,
      ...given("types", format === undefined ? undefined : format === "oci" ? ("oci" as const) : ("docker" as const))
    }
  })
