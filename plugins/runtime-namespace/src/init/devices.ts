import { S_IFBLK, S_IFCHR } from "@gantry/linux/constants"
import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import { deviceNumbers } from "@gantry/linux/memory"
import { type HeldDevice, standardDevices } from "@gantry/linux/container/host-devices"
import { type FileKind, type Kernel, ownKind } from "@gantry/linux/container/Kernel"
import { attachTo, openInRoot, openMountPoint } from "@gantry/linux/container/mount-point"
import { restricted } from "@gantry/linux/container/restricted"
import { stage } from "@gantry/linux/container/StageFailure"

const links = [
  ["/proc/self/fd", "/dev/fd"],
  ["/proc/self/fd/0", "/dev/stdin"],
  ["/proc/self/fd/1", "/dev/stdout"],
  ["/proc/self/fd/2", "/dev/stderr"],
  ["pts/ptmx", "/dev/ptmx"]
] as const

/** The kernel's memory, which a kernel need not have; it is masked like everywhere. */
const core = "/proc/kcore"

/** Makes the nodes and links of /dev. The umask has to be clear. */
export const makeDevices = (kernel: Kernel, spec: ContainerSpec, held: ReadonlyArray<HeldDevice>): void => {
  const { files, sys } = kernel
  stage("make /dev", () => {
    if (!restricted(spec)) {
      for (const [name, major, minor] of standardDevices) sys.mknod(`/dev/${name}`, S_IFCHR | 0o666, major, minor)
    }
    for (const [target, path] of links) files.link(target, path)
    if (ownKind(kernel, core) !== undefined) files.link(core, "/dev/core")
  })
  const taken = new Set(standardDevices.map(([name]) => `/dev/${name}`))
  for (const { kind, path, tree } of held) {
    if (tree !== undefined) stage(`make ${path}`, () => attachTo(kernel, tree, openMountPoint(kernel, path, "file")))
    else if (!taken.has(path)) stage(`make ${path}`, () => makeDevice(kernel, path, kind))
  }
}

const makeDevice = (kernel: Kernel, path: string, kind: FileKind): void => {
  const { sys } = kernel
  const slash = path.lastIndexOf("/")
  const parent = slash <= 0 ? openInRoot(kernel, "/") : openMountPoint(kernel, path.slice(0, slash), "directory")
  const place = `/proc/self/fd/${parent}/${path.slice(slash + 1)}`
  const type = kind.device === "block" ? S_IFBLK : S_IFCHR
  const { major, minor } = deviceNumbers(kind.rdev)
  sys.mknod(place, type | (kind.mode & 0o777), major, minor)
  sys.lchown(place, kind.uid, kind.gid)
  sys.close(parent)
}
