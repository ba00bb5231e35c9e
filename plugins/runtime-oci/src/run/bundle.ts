import * as fs from "node:fs"
import { MS_NODEV, MS_NOSUID } from "@gantry/linux/constants"
import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import type { Kernel } from "@gantry/linux/container/Kernel"
import { stage } from "@gantry/linux/container/StageFailure"

/** Bytes for a bundle's own files, besides those of the container. */
const room = 16 * 1024 * 1024

/**
 * Makes an empty directory for a bundle, in memory and in this process' mount namespace only: a container's files and
 * settings are never on a disk. What stays on the host is an empty directory, for `close` to take away.
 */
export const openBundle = ({ sys }: Kernel, bundles: string, spec: Pick<ContainerSpec, "id" | "mounts">) => {
  const directory = `${bundles}/${spec.id}`
  const contents = spec.mounts.reduce((sum, mount) => sum + (mount.type === "file" ? mount.content.length : 0), room)
  stage("make bundle", () => {
    fs.mkdirSync(directory, { recursive: true, mode: 0o700 })
    sys.mount("tmpfs", directory, "tmpfs", MS_NOSUID | MS_NODEV, `size=${contents},mode=700`)
  })
  return {
    directory,
    close: () => {
      try {
        sys.chdir("/")
        // Busy for as long as the container's process has mounts from it; then it goes with the namespace.
        sys.umount2(directory, 2)
        fs.rmdirSync(directory)
      } catch {
        // An empty directory, which the next start of the same container takes.
      }
    }
  }
}
