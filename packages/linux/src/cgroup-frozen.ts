import { read } from "./cgroup-files.ts"
import type { CgroupLayout } from "./cgroup-layout.ts"

/**
 * Whether a group stands still, or is about to, because somebody froze it; `path` is below the top of the trees, such as
 * `gantry/<id>`. Reads one file. Spec: kernel, cgroup-v1/freezer-subsystem and cgroup-v2.
 */
export const isFrozen = (layout: CgroupLayout, path: string): boolean => {
  if (layout.version === "none") return false
  if (layout.version === "v2") return read(`${layout.unified.mountPoint}/${path}/cgroup.freeze`) === "1"
  const freezer = layout.hierarchies.find(({ controllers }) => controllers.includes("freezer"))
  const state = freezer === undefined ? undefined : read(`${freezer.mountPoint}/${path}/freezer.state`)
  return state !== undefined && state !== "THAWED"
}
