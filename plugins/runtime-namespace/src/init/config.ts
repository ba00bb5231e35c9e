import type { FirstProcess } from "@gantry/core/runtime/Launcher"
import type { IdMaps } from "@gantry/core/runtime/IdMaps"
import type { ContainerSpec, ProcessSpec } from "@gantry/core/runtime/ContainerSpec"

/** First message of the parent to a container's first process. */
export interface InitConfig {
  readonly spec: ContainerSpec
  /** No command is run: the container's root and mounts are there until standard input ends. */
  readonly hold?: boolean
  /** Absolute directory of the host in which compiled seccomp filters are kept. */
  readonly filters?: string
}

/** First message of the parent to a further process of a container. */
export interface JoinConfig {
  readonly first: FirstProcess
  /** Namespaces of that process to enter, by their names below /proc/PID/ns; the mount namespace comes last. */
  readonly namespaces: ReadonlyArray<string>
  /** The container's own namespace of users, if it has one. */
  readonly users?: IdMaps
  readonly process: ProcessSpec
  /** As with {@link InitConfig}. */
  readonly filters?: string
}
