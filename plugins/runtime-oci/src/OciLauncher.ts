import type { LauncherShape } from "@gantry/core/runtime/Launcher"
import { joinPlan, launchPlan, type PlanOptions } from "./plan.ts"

/**
 * Containers by an OCI runtime: `program` is its name on PATH or its absolute path. Needs root, unshare(1) and the runtime.
 *
 * The filter of system calls belongs to the container and is the same for processes that join it, privileged ones too.
 */
export const make = (options: PlanOptions, program: string): LauncherShape => ({
  name: program,
  abilities: { hostMounts: true, networks: true, limits: true, exec: true, terminals: true, pause: true },
  launch: (spec, group) => launchPlan(options, { program, spec, group }),
  hold: (spec) => launchPlan(options, { program, spec, group: `gantry-hold-${spec.id.slice(0, 16)}`, hold: true }),
  join: (spec, first, process) => joinPlan(options, { program, spec, first, process })
})
