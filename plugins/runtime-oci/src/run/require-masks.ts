import * as fs from "node:fs"
import { maskedPaths } from "@gantry/linux/container/kernel-paths"
import { StageFailure } from "@gantry/linux/container/StageFailure"
import { deviceNumbers } from "@gantry/linux/memory"
import type { Inside } from "./inside.ts"

/** The null device. Spec: devices.txt of the kernel, character devices, 1. */
const isNull = (stat: fs.Stats): boolean => {
  const { major, minor } = deviceNumbers(stat.rdev)
  return stat.isCharacterDevice() && major === 1 && minor === 3
}

/**
 * Makes sure that files which are to be masked are, before anything of the container runs: runtimes mask them with
 * whatever is at the container's /dev/null, which is a link to a file of the kernel when a volume on /dev has one.
 */
export const requireMasks = (inside: Pick<Inside, "at">): void => {
  for (const path of maskedPaths) {
    const isHidden = inside.at(path, (place) => {
      const stat = fs.statSync(place)
      return stat.isDirectory() || isNull(stat)
    })
    if (isHidden === false)
      throw new StageFailure(`mask ${path}`, "the container's /dev/null, which hides it, is not the null device")
  }
}
