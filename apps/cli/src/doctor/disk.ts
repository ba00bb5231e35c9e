import { mountOf } from "@gantry/linux/mounts"
import { binarySize } from "../show/usage-row.ts"
import { existingParent } from "./existing-parent.ts"
import { type Finding, fine } from "./Finding.ts"
import type { Host } from "./Host.ts"

/** Below this a base image with a compiler does not fit any more; */
const little = 2 * 1024 ** 3
/** below this not even records can be written safely. */
const nothing = 64 * 1024 ** 2
/** Files of a small base image with packages. */
const fewFiles = 50_000

/** Room of the file system that has the store. */
export const disk = (host: Host): ReadonlyArray<Finding> => {
  const place = existingParent(host)
  const space = host.space(place)
  if (space === undefined) {
    return [
      {
        subject: "disk",
        status: "missing",
        found: `${place} does not say how much room it has`,
        needed: true,
        costs: "nothing can be kept",
        mend: "use another --root"
      }
    ]
  }
  const kind = mountOf(host.mounts(), place)?.fstype ?? "unknown"
  const room = `${binarySize(space.free)} of ${binarySize(space.total)} free in ${place} (${kind})`
  const full = { needed: true, found: room, mend: "gantry system df, then gantry system prune" }
  const bytes: Finding =
    space.free < nothing
      ? { ...full, subject: "disk", status: "missing", costs: "nothing can be pulled, built or run" }
      : space.free < little
        ? { ...full, subject: "disk", status: "degraded", costs: "larger images do not fit" }
        : fine("disk", room, true)
  const files = `${space.filesFree} of ${space.files} free in ${place}`
  const inodes: Finding =
    space.files === 0
      ? fine("inodes", "this file system makes as many as it needs")
      : space.filesFree < fewFiles
        ? {
            subject: "inodes",
            status: "degraded",
            found: files,
            needed: false,
            costs: "images of many files do not fit, though there are bytes left",
            mend: full.mend
          }
        : fine("inodes", files)
  return [bytes, inodes]
}
