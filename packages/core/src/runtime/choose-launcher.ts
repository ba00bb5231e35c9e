import type { ContainerSpec } from "./ContainerSpec.ts"
import type { LauncherShape } from "./Launcher.ts"

/** OCI runtimes that are known by name; any other is given by its path. */
export const ociRuntimes: ReadonlyArray<string> = ["runc", "crun", "youki", "runsc"]

/**
 * One launcher for all: that of the runtime which a container's spec names, `own` for a spec that names none or its own.
 * `other`: the launcher of a runtime by name or path; pure, and asked for each plan.
 */
export const chooseLauncher = (own: LauncherShape, other: (runtime: string) => LauncherShape): LauncherShape => {
  const of = ({ runtime }: Pick<ContainerSpec, "runtime">) =>
    runtime === undefined || runtime === own.name ? own : other(runtime)
  return {
    ...own,
    launch: (spec, group) => of(spec).launch(spec, group),
    hold: (spec) => of(spec).hold(spec),
    join: (spec, first, process, options) => of(spec).join(spec, first, process, options)
  }
}
