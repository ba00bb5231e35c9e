import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import type { LaunchPlan } from "@gantry/core/runtime/Launcher"
import type { Supervision } from "@gantry/core/runtime/Runtime"
import type { Withheld } from "./withhold.ts"

/** What a supervisor reads when it begins: `job.json` in the container's directory. Complete and plain. */
export interface Job {
  readonly spec: ContainerSpec
  readonly plan: LaunchPlan
  readonly supervision: Supervision
  /** What stands in `spec` and `plan` for secrets, which its starter hands over; none when absent. */
  readonly withheld?: ReadonlyArray<Withheld>
  /** Absolute path of the socket for later clients, at most 107 bytes. */
  readonly socket: string
  /** Path of the control group below each hierarchy: `gantry/<id>`. */
  readonly group: string
}

/** Longest path of a Unix socket that the kernel takes, without its final zero byte. */
export const longestSocketPath = 107
