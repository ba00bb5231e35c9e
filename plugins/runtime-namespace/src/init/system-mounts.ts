import { MS_NODEV, MS_NOEXEC, MS_NOSUID, MS_RDONLY, MS_STRICTATIME } from "@gantry/linux/constants"
import { rootless } from "@gantry/linux/rootless"
import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import { attachKernelMount, type KernelMounts } from "./kernel-mounts.ts"
import { restricted } from "@gantry/linux/container/restricted"
import { attach } from "@gantry/linux/container/mount-point"
import type { Kernel } from "@gantry/linux/container/Kernel"
import { stage, StageFailure } from "@gantry/linux/container/StageFailure"

const strict = MS_NOSUID | MS_NODEV | MS_NOEXEC

const places = ["/proc", "/dev", "/sys"]

/**
 * Makes sure that the directories at the top of the root are some. A symbolic link in the place of one would put the
 * kernel's file systems somewhere else, and the masks after them.
 */
export const topDirectories = ({ files }: Kernel): void =>
  stage("make /proc, /dev and /sys", () => {
    for (const [at, found] of files.ownKinds(places).entries()) {
      const path = places[at] ?? ""
      if (found === undefined) files.makeDirectory(path, 0o755)
      else if (!found.directory)
        throw new StageFailure(`mount ${path}`, `the image has something else than a directory`)
    }
  })

/** /proc of the container's process namespace. */
export const mountProc = (kernel: Kernel, held: KernelMounts): void => {
  if (attachKernelMount(kernel, held, "/proc")) return
  stage("mount /proc", () => kernel.sys.mount("proc", "/proc", "proc", strict, null))
}

/** What is mounted below /dev and comes from outside; `memory` is that of another container. */
interface DevMounts {
  readonly ahead: KernelMounts
  readonly memory: number | undefined
}

/** /dev and the file systems below it, still without any device. */
export const mountDev = (kernel: Kernel, spec: ContainerSpec, { ahead, memory }: DevMounts): void => {
  const { files, sys } = kernel
  stage("mount /dev", () => {
    sys.mount("tmpfs", "/dev", "tmpfs", MS_NOSUID | MS_STRICTATIME, "mode=755,size=65536k")
    const shm = spec.shmBytes === 0 ? [] : ["shm"]
    for (const name of ["pts", "mqueue", ...shm]) files.makeDirectory(`/dev/${name}`, 0o755)
  })
  // Where there is one group only, it has the terminals as well.
  const group = rootless()?.single === true ? "" : ",gid=5"
  // Whoever opens a terminal for a container with users of its own may be nobody there.
  const pts = `newinstance,ptmxmode=0666,mode=0620${group}${spec.users === undefined ? "" : ",uid=0"}`
  stage("mount /dev/pts", () => sys.mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, pts))
  if (memory !== undefined) stage("mount /dev/shm", () => attach(kernel, memory, "/dev/shm", "directory"))
  else if (spec.shmBytes > 0)
    stage("mount /dev/shm", () => sys.mount("shm", "/dev/shm", "tmpfs", strict, `mode=1777,size=${spec.shmBytes}`))
  if (attachKernelMount(kernel, ahead, "/dev/mqueue")) return
  // The host's own, which only its root may mount, and which is mounted nowhere.
  if (restricted(spec) && spec.namespaces.ipc === "host") return
  stage("mount /dev/mqueue", () => sys.mount("mqueue", "/dev/mqueue", "mqueue", strict, null))
}

/** /sys shows the container's own network devices, so it comes with the container's network namespace. */
export const mountSys = (kernel: Kernel, spec: ContainerSpec, held: KernelMounts): void => {
  if (attachKernelMount(kernel, held, "/sys", !spec.privileged)) return
  stage("mount /sys", () =>
    kernel.sys.mount("sysfs", "/sys", "sysfs", strict | (spec.privileged ? 0 : MS_RDONLY), null)
  )
}
