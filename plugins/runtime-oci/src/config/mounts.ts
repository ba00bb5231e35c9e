import type { ContainerSpec, MountSpec } from "@gantry/core/runtime/ContainerSpec"
import { ownsNetwork } from "@gantry/linux/container/set-up-links"
import { outerFirst } from "@gantry/linux/container/outer-first"
import { StageFailure } from "@gantry/linux/container/StageFailure"
import type { OciMount } from "./OciConfig.ts"
import type { OrdinaryUser } from "./process.ts"

/** Where what a config cannot name itself has been put: absolute paths that the runtime sees. */
export interface StagedPaths {
  /** Mounts that were made ready: they have all their properties already. */
  readonly mounts: ReadonlyMap<MountSpec, string>
  /** The file that is shown as a generated one, by its target. */
  readonly files: ReadonlyMap<string, string>
  /** Everything that is bound, by its path. */
  readonly sources: ReadonlyMap<string, BindSource>
  /** The device that is shown at a path, where none can be made. */
  readonly devices?: ReadonlyMap<string, string>
  /** The memory of the container whose IPC namespace is joined. */
  readonly memory?: string
}

/** What a bind shows. */
export interface BindSource {
  readonly directory: boolean
  /** Which of `ro`, `nosuid`, `nodev` and `noexec` its own mount has. What a config does not repeat, crun takes off. */
  readonly locks: ReadonlyArray<string>
}

const cgroups = "/sys/fs/cgroup"

const strict = ["nosuid", "noexec", "nodev"]

/** Mounts of every container, in the order they are made. */
const systemMounts = (
  { namespaces, privileged, shmBytes, users, wiring }: ContainerSpec,
  { manyTrees, queues, staged, user }: MountFacts
): ReadonlyArray<OciMount> => {
  const lock = privileged ? [] : ["ro"]
  // Only the owner of a namespace may mount what shows it: of one that is shared with the host, the host's is taken.
  const restricted = user !== undefined || users !== undefined
  const kernels = (destination: string, type: string, own: boolean, more: ReadonlyArray<string> = []): OciMount =>
    own || !restricted
      ? { destination, type, source: type, options: [...strict, ...more] }
      : { destination, type: "bind", source: destination, options: ["rbind", ...strict, ...more] }
  const options = [...strict, "mode=1777", `size=${shmBytes}`]
  const at = "/dev/shm"
  const shm: OciMount =
    staged.memory === undefined
      ? { destination: at, type: "tmpfs", source: "shm", options }
      : boundAsIs(staged, at, staged.memory)
  return [
    kernels("/proc", "proc", namespaces.pid !== "host"),
    {
      destination: "/dev",
      type: "tmpfs",
      source: "tmpfs",
      options: ["nosuid", "strictatime", "mode=755", "size=65536k"]
    },
    {
      destination: "/dev/pts",
      type: "devpts",
      source: "devpts",
      options: [
        "nosuid",
        "noexec",
        "newinstance",
        "ptmxmode=0666",
        "mode=0620",
        ...(user?.single === true ? [] : ["gid=5"])
      ]
    },
    ...(shmBytes === 0 && staged.memory === undefined ? [] : [shm]),
    ...(restricted && namespaces.ipc === "host" && !queues
      ? []
      : [kernels("/dev/mqueue", "mqueue", namespaces.ipc !== "host")]),
    kernels("/sys", "sysfs", ownsNetwork(wiring) || wiring.some(({ type }) => type === "join"), lock),
    { destination: cgroups, type: "cgroup", source: "cgroup", options: [...strict, "relatime", ...lock] },
    // Where every controller has a tree of its own, the lock is on each of these, and not on what they are mounted in.
    ...(manyTrees && !privileged
      ? [{ destination: cgroups, type: "bind", source: cgroups, options: ["bind", "remount", ...strict, "ro"] }]
      : [])
  ]
}

/** Whether a mount is made ready before the runtime sees it: what OCI has no words for, or older runtimes do not heed. */
export const isStaged = (mount: MountSpec): boolean =>
  mount.type === "tree" ||
  mount.type === "file" ||
  (mount.type === "bind" && (mount.subpath !== undefined || mount.idMap !== undefined))

const bindOptions = (
  mount: Extract<MountSpec, { readonly type: "bind" }>,
  { directory, locks }: BindSource
): ReadonlyArray<string> => {
  const { propagation = "rprivate", readonly, target, writableBelow = false } = mount
  // Nothing is mounted below a file, and crun takes `rro` for directories only.
  const recursive = mount.recursive && directory
  if (propagation.endsWith("shared")) {
    throw new StageFailure(
      `mount ${target}`,
      `an OCI runtime is kept apart from the host's mounts here, and cannot share its own with them (${propagation}): use the runtime "namespace", or the propagation rslave`
    )
  }
  // `ro` is about the mount itself, `rro` about what is mounted below it too.
  const lock = !readonly ? "rw" : recursive && !writableBelow ? "rro" : "ro"
  return [recursive ? "rbind" : "bind", ...new Set([lock, ...locks]), propagation]
}

const sourceAt = ({ sources }: StagedPaths, path: string): BindSource =>
  sources.get(path) ?? { directory: true, locks: [] }

const boundAsIs = (staged: StagedPaths, destination: string, source: string): OciMount => ({
  destination,
  type: "bind",
  source,
  options: ["rbind", ...sourceAt(staged, source).locks, "rprivate"]
})

const asked = (mount: MountSpec, staged: StagedPaths): OciMount => {
  const destination = mount.target
  const ready = staged.mounts.get(mount)
  if (ready !== undefined) return boundAsIs(staged, destination, ready)
  switch (mount.type) {
    case "tmpfs": {
      const words = mount.options.split(",").filter((word) => word !== "")
      const mode = words.some((word) => word.startsWith("mode=")) ? [] : ["mode=1777"]
      return { destination, type: "tmpfs", source: "tmpfs", options: [...strict, ...mode, ...words] }
    }
    case "bind":
      return {
        destination,
        type: "bind",
        source: mount.source,
        options: bindOptions(mount, sourceAt(staged, mount.source))
      }
    case "file":
    case "tree":
      throw new StageFailure(`mount ${destination}`, "it was not made ready")
  }
}

/** What the host says of what is mounted. */
export interface MountFacts {
  readonly staged: StagedPaths
  /** Control groups are in several trees, those of version 1, that the runtime mounts side by side. */
  readonly manyTrees: boolean
  /** The host has its message queues mounted, for those to share who may not mount them. */
  readonly queues: boolean
  readonly user?: OrdinaryUser | undefined
}

/** Everything that is mounted below the root: the kernel's file systems, gantry's own files, then what was asked for. */
export const mountsOf = (spec: ContainerSpec, facts: MountFacts): ReadonlyArray<OciMount> => {
  const { staged } = facts
  return [
    ...systemMounts(spec, facts),
    ...[...(staged.devices ?? []), ...staged.files].map(([destination, source]) =>
      boundAsIs(staged, destination, source)
    ),
    ...outerFirst(spec.mounts).map((mount) => asked(mount, staged))
  ]
}
