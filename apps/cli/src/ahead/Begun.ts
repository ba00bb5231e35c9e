import type { SupervisorAheadShape } from "@gantry/engine/containers/SupervisorAhead"
import type { OpenedLaunch } from "@gantry/engine/supervisor/open-launch"

/**
 * Processes that were started before the engine was loaded, so that both load at the same time. Nothing relies on them:
 * the engine takes what fits, starts what it needs otherwise, and what nobody takes ends with this program.
 */
export interface Begun {
  readonly supervisor?: SupervisorAheadShape
  readonly join?: OpenedLaunch
  /** Under which key a build may keep its grounds. */
  readonly groundsKey?: string
  /**
   * The whole command, carried out: its exit status. `unusual` when nothing was done; `failed` when what was begun is of
   * no use any more.
   */
  readonly atOnce?: () => Promise<number | "failed" | "unusual">
}
