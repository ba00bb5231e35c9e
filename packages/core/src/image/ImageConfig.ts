import type { Digest } from "./Digest.ts"

/** How a container tells whether it is well. Durations in nanoseconds, as Docker stores them. */
export interface Healthcheck {
  /** `["NONE"]`, `["CMD", …]` or `["CMD-SHELL", text]`. */
  readonly Test?: ReadonlyArray<string>
  readonly Interval?: number
  readonly Timeout?: number
  readonly StartPeriod?: number
  readonly StartInterval?: number
  readonly Retries?: number
}

/**
 * What a container made from the image runs, and how.
 *
 * Spec: OCI image-spec, config.md, property "config"; `Shell`, `Healthcheck` and `OnBuild` are Docker's fields.
 */
export interface ProcessConfig {
  readonly User?: string
  readonly ExposedPorts?: { readonly [port: string]: Record<string, never> }
  /** `NAME=value`, in the order of definition, each name once. */
  readonly Env?: ReadonlyArray<string>
  readonly Entrypoint?: ReadonlyArray<string>
  readonly Cmd?: ReadonlyArray<string>
  readonly Volumes?: { readonly [path: string]: Record<string, never> }
  readonly WorkingDir?: string
  readonly Labels?: { readonly [name: string]: string }
  readonly StopSignal?: string
  readonly Shell?: ReadonlyArray<string>
  readonly Healthcheck?: Healthcheck
  readonly OnBuild?: ReadonlyArray<string>
}

/** One instruction of the build that made the image. */
export interface HistoryEntry {
  /** RFC 3339. */
  readonly created?: string
  readonly created_by?: string
  readonly author?: string
  readonly comment?: string
  /** True for an instruction that added no layer. */
  readonly empty_layer?: boolean
}

/**
 * The image itself, but for the bytes of its layers. Its digest is the image ID.
 *
 * Spec: OCI image-spec, config.md.
 */
export interface ImageConfig {
  readonly created?: string
  readonly author?: string
  readonly architecture: string
  readonly os: string
  readonly variant?: string
  readonly config: ProcessConfig
  readonly rootfs: { readonly type: "layers"; readonly diff_ids: ReadonlyArray<Digest> }
  readonly history: ReadonlyArray<HistoryEntry>
}
