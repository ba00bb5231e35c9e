import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import { cloneTree } from "./binds.ts"
import type { FileKind, Kernel } from "./Kernel.ts"
import { restricted } from "./restricted.ts"
import { stage, StageFailure } from "./StageFailure.ts"

/** The devices of every container: name, major and minor number. All are mode 0666. */
export const standardDevices = [
  ["null", 1, 3],
  ["zero", 1, 5],
  ["full", 1, 7],
  ["random", 1, 8],
  ["urandom", 1, 9],
  ["tty", 5, 0]
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
  /** How many there are at a path. */
  const walk = (hostPath: string, containerPath: string, skip: ReadonlySet<string>): number => {
    const kind = files.kind(hostPath)
    if (kind?.device !== undefined) found.set(containerPath, { hostPath, kind })
    if (kind?.directory !== true) return kind?.device === undefined ? 0 : 1
    return files
      .list(hostPath)
      .filter((name) => !skip.has(name))
      .reduce((sum, name) => sum + walk(`${hostPath}/${name}`, `${containerPath}/${name}`, new Set()), 0)
  }
  stage("find devices", () => {
    if (restricted(spec)) for (const [name] of standardDevices) walk(`/dev/${name}`, `/dev/${name}`, new Set())
    if (spec.privileged) walk("/dev", "/dev", own)
    for (const { containerPath, hostPath } of spec.devices) {
      if (walk(hostPath, containerPath, new Set()) > 0) continue
      const why = files.kind(hostPath) === undefined ? "is not there" : "is no device, and has none in it"
      throw new StageFailure(`add device ${hostPath}`, `${hostPath} ${why}`)
    }
  })
  return [...found].map(([path, { hostPath, kind }]) =>
    !restricted(spec)
      ? { path, kind }
      : stage(`add device ${hostPath}`, () => ({ path, kind, tree: cloneTree(kernel, hostPath, false) }))
  )
}
