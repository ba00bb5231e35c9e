import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import type { Kernel } from "@gantry/linux/container/Kernel"
import { stage, StageFailure } from "@gantry/linux/container/StageFailure"

/** Sets kernel parameters of the container's own namespaces. /proc/sys must still be writable. */
export const setSysctls = ({ files }: Kernel, sysctls: ContainerSpec["sysctls"]): void => {
  for (const [name, value] of Object.entries(sysctls)) {
    stage(`set sysctl ${name}`, () => {
      const path = name.includes("/") ? name : name.replaceAll(".", "/")
      if (path.split("/").includes("..")) throw new StageFailure(`set sysctl ${name}`, "is not the name of a parameter")
      files.write(`/proc/sys/${path}`, value)
    })
  }
}
