import { S_IFBLK, S_IFCHR } from "@gantry/linux/constants"
import { deviceNumbers } from "@gantry/linux/memory"
import { rootless } from "@gantry/linux/rootless"
import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import { cloneTree } from "./binds.ts"
import type { FileKind, Kernel } from "./Kernel.ts"
import { attachTo, openInRoot, openMountPoint } from "./mount-point.ts"
import { stage, StageFailure } from "./StageFailure.ts"

/** The devices of every container: name, major and minor number. All are mode 0666. */
const standard = [
  ["null", 1, 3],
  ["zero", 1, 5],
  ["full", 1, 7],
  ["random", 1, 8],
  ["urandom", 1, 9],
  ["tty", 5, 0]
] as const

const links = [
  ["/proc/self/fd", "/dev/fd"],
  ["/proc/self/fd/0", "/dev/stdin"],
  ["/proc/self/fd/1", "/dev/stdout"],
  ["/proc/self/fd/2", "/dev/stderr"],
  ["pts/ptmx", "/dev/ptmx"],
  ["/proc/kcore", "/dev/core"]
] as const

/** A device node of the host and where it goes. */
export interface HeldDevice {
  readonly path: string
  readonly kind: FileKind
  /** A copy of its mount, where no node can be made: only the host's root makes devices. */
  readonly tree?: number
}

/** Names below the host's /dev that a privileged container gets from its own file systems instead. */
const own = new Set(["pts", "shm", "fd", "mqueue", "console", "ptmx", "stdin", "stdout", "stderr", "core"])

/** Looks at the devices asked for, still in the host's view. A directory stands for all devices in it. */
export const holdDevices = (kernel: Kernel, spec: ContainerSpec): ReadonlyArray<HeldDevice> => {
  const { files } = kernel
  const found = new Map<string, { readonly hostPath: string; readonly kind: FileKind }>()
  const walk = (hostPath: string, containerPath: string, skip: ReadonlySet<string>): boolean => {
    const kind = files.kind(hostPath)
    if (kind === undefined) return false
    if (kind.device !== undefined) found.set(containerPath, { hostPath, kind })
    if (kind.directory) {
      for (const name of files.list(hostPath)) {
        if (!skip.has(name)) walk(`${hostPath}/${name}`, `${containerPath}/${name}`, new Set())
      }
    }
    return kind.directory || kind.device !== undefined
  }
  stage("find devices", () => {
    if (rootless() !== undefined) for (const [name] of standard) walk(`/dev/${name}`, `/dev/${name}`, new Set())
    if (spec.privileged) walk("/dev", "/dev", own)
    for (const { containerPath, hostPath } of spec.devices) {
      if (!walk(hostPath, containerPath, new Set())) {
        throw new StageFailure(`add device ${hostPath}`, `${hostPath} is not a device of the host`)
      }
    }
  })
  return [...found].map(([path, { hostPath, kind }]) =>
    rootless() === undefined
      ? { path, kind }
      : stage(`add device ${hostPath}`, () => ({ path, kind, tree: cloneTree(kernel, hostPath, false) }))
  )
}

/** Makes the nodes and links of /dev. The umask has to be clear. */
export const makeDevices = (kernel: Kernel, held: ReadonlyArray<HeldDevice>): void => {
  const { files, sys } = kernel
  stage("make /dev", () => {
    if (rootless() === undefined) {
      for (const [name, major, minor] of standard) sys.mknod(`/dev/${name}`, S_IFCHR | 0o666, major, minor)
    }
    for (const [target, path] of links) files.link(target, path)
  })
  const taken = new Set(standard.map(([name]) => `/dev/${name}`))
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
