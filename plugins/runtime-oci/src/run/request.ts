import type { FirstProcess } from "@gantry/core/runtime/Launcher"
import type { IdMaps } from "@gantry/core/runtime/IdMaps"
import type { ContainerSpec, ProcessSpec } from "@gantry/core/runtime/ContainerSpec"

/** Which runtime does it, and where it keeps what it knows. */
export interface Driver {
  /** Name on PATH, or absolute path. */
  readonly program: string
  /** Absolute directory of the runtime's own records, its `--root`. */
  readonly state: string
  /** Absolute directory in which bundles are made, in a mount namespace that nobody else sees. */
  readonly bundles: string
}

/** First line from the parent to `__oci`. */
export interface StartRequest {
  readonly spec: ContainerSpec
  readonly driver: Driver
  /** Control group, below the top of each tree. */
  readonly group: string
  /** No command is run: the container's root and mounts are there until standard input ends. */
  readonly hold?: boolean
}

/** First line from the parent to `__oci_join`. */
export interface JoinRequest {
  /** ID of the container. */
  readonly id: string
  readonly first: FirstProcess
  readonly driver: Driver
  /** The container's own namespace of users, if it has one. */
  readonly users?: IdMaps
  readonly process: ProcessSpec
}
