import { arch, release } from "node:os"
import { hostCgroups } from "@gantry/linux/cgroup-layout"
import { RLIMIT_NOFILE } from "@gantry/linux/constants"
import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import { ownerOutside } from "@gantry/core/runtime/IdMaps"
import { enterAccount } from "@gantry/linux/container/caller-account"
import { type HeldDevice, holdDevices } from "@gantry/linux/container/host-devices"
import type { Kernel } from "@gantry/linux/container/Kernel"
import { processors, throttlePaths } from "@gantry/linux/container/kernel-paths"
import { deviceNumbers } from "@gantry/linux/memory"
import { rootless } from "@gantry/linux/rootless"
import { mountMappedRoot, mountRoot, targetOf } from "@gantry/linux/container/mapped-root"
import { stage } from "@gantry/linux/container/StageFailure"
import type { BundleFacts } from "../config/oci-config.ts"
import type { OrdinaryUser } from "../config/process.ts"
import type { GivenDevice } from "../config/resources.ts"
import { isSandbox } from "./host.ts"
import { identityIn, type Inside, programOf } from "./inside.ts"
import { viewOf } from "./view.ts"
import { stageMounts } from "./stage.ts"

/** How the facts of a container are gathered. */
export interface FactsOptions {
  /** An empty directory in memory. */
  readonly bundle: string
  /** The runtime. */
  readonly program: string
  /** Its root and its trees are mounted already, with the owners that its own users see, and only looked at. */
  readonly looking?: boolean
}

/**
 * Mounts the root of a container, makes ready what goes into it and looks at the host: in a mount namespace of this
 * process' own, with which everything goes. The working directory becomes `/`.
 */
export const gatherFacts = (
  kernel: Kernel,
  spec: ContainerSpec,
  { bundle, looking = false, program }: FactsOptions
): Omit<BundleFacts, "group"> & { readonly view: Pick<Inside, "at"> } => {
  const { files, sys } = kernel
  const root = looking ? targetOf(spec.root) : mountRootOf(kernel, spec)
  const held = holdDevices(kernel, spec)
  const staged = stageMounts(kernel, spec, { bundle, devices: held, looking })
  const view = viewOf(kernel.sys, spec.mounts, { root, staged })
  return {
    root,
    view,
    who: identityIn(kernel, view, spec.process),
    program: spec.init ? stage("run command", () => programOf(view, spec.process)) : undefined,
    hardFiles: sys.getrlimit(RLIMIT_NOFILE).hard,
    target: { arch: arch() === "arm64" ? "arm64" : "x64", kernel: release() },
    user: userHere(kernel),
    devices: held.map((device) => givenDevice(spec, device)),
    staged,
    // One with control groups of its own would bind the host's over them.
    manyTrees: hostCgroups().version === "v1" && !isSandbox(program),
    queues: files.ownKinds(["/dev/mqueue"])[0] !== undefined,
    throttles: files.ownKinds([processors])[0] === undefined ? [] : throttlePaths(files.list(processors))
  }
}

/** The ordinary user whose namespace this process is in; undefined for the host's root. */
export const userHere = ({ files }: Pick<Kernel, "files">): OrdinaryUser | undefined => {
  const here = rootless()
  if (here === undefined) return undefined
  return { single: here.single, oomScoreAdj: Number(files.read("/proc/self/oom_score_adj")) }
}

const mountRootOf = (kernel: Kernel, { account, root, users }: ContainerSpec): string => {
  const target = targetOf(root)
  if (users === undefined) mountRoot(kernel, root)
  else mountMappedRoot(kernel, root, { users, first: ownerOutside(users, { uid: 0, gid: 0 }) })
  if (account !== undefined) {
    kernel.sys.chdir(target)
    enterAccount(kernel, account)
    kernel.sys.chdir("/")
  }
  return target
}

const givenDevice = ({ devices }: ContainerSpec, { kind, path }: HeldDevice): GivenDevice => ({
  path,
  type: kind.device === "block" ? "b" : "c",
  ...deviceNumbers(kind.rdev),
  fileMode: kind.mode & 0o777,
  uid: kind.uid,
  gid: kind.gid,
  access:
    devices.find(({ containerPath }) => path === containerPath || path.startsWith(`${containerPath}/`))?.access ?? "rwm"
})
