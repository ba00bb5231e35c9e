import { MS_NODEV, MS_NOEXEC, MS_NOSUID, MS_RDONLY, MS_STRICTATIME } from "@gantry/linux/constants"
import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import type { Kernel } from "./Kernel.ts"
import { stage, StageFailure } from "./StageFailure.ts"

const strict = MS_NOSUID | MS_NODEV | MS_NOEXEC

/**
 * Makes sure that a directory at the top of the root is one. A symbolic link in its place would put the kernel's file
 * systems somewhere else, and the masks after them.
 */
export const topDirectory = ({ files }: Kernel, path: string): void =>
  stage(`make ${path}`, () => {
    const found = files.ownKind(path)
    if (found === undefined) files.makeDirectory(path, 0o755)
    else if (!found.directory) throw new StageFailure(`mount ${path}`, `the image has something else than a directory`)
  })

/** /proc of the container's process namespace. */
export const mountProc = ({ sys }: Kernel): void =>
  stage("mount /proc", () => sys.mount("proc", "/proc", "proc", strict, null))

/** /dev and the file systems below it, still without any device. */
export const mountDev = ({ files, sys }: Kernel, spec: ContainerSpec): void => {
  stage("mount /dev", () => {
    sys.mount("tmpfs", "/dev", "tmpfs", MS_NOSUID | MS_STRICTATIME, "mode=755,size=65536k")
    for (const name of ["pts", "shm", "mqueue"]) files.makeDirectory(`/dev/${name}`, 0o755)
  })
  const pts = "newinstance,ptmxmode=0666,mode=0620,gid=5"
  stage("mount /dev/pts", () => sys.mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, pts))
  stage("mount /dev/shm", () => sys.mount("shm", "/dev/shm", "tmpfs", strict, `mode=1777,size=${spec.shmBytes}`))
  stage("mount /dev/mqueue", () => sys.mount("mqueue", "/dev/mqueue", "mqueue", strict, null))
}

/** /sys shows the container's own network devices, so it comes with the container's network namespace. */
export const mountSys = ({ sys }: Kernel, spec: ContainerSpec): void =>
  stage("mount /sys", () => sys.mount("sysfs", "/sys", "sysfs", strict | (spec.privileged ? 0 : MS_RDONLY), null))
