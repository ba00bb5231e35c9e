import * as fs from "node:fs"
import type { ContainerSpec, MountSpec } from "@gantry/core/runtime/ContainerSpec"
import { type Owner, ownerOutside } from "@gantry/core/runtime/IdMaps"
import { finishBind, holdBinds } from "@gantry/linux/container/binds"
import { holdGenerated } from "@gantry/linux/container/generated-files"
import type { Kernel } from "@gantry/linux/container/Kernel"
import { type HeldDevice, standardDevices } from "@gantry/linux/container/host-devices"
import { asOwner, type OwnUsers } from "@gantry/linux/container/mapped-root"
import { holdMemoryFiles } from "@gantry/linux/container/memory-files"
import { attach } from "@gantry/linux/container/mount-point"
import { holdSharedMemory } from "@gantry/linux/container/shared-memory"
import { stage } from "@gantry/linux/container/StageFailure"
import { holdTrees } from "@gantry/linux/container/trees"
import { isStaged, type StagedPaths } from "../config/mounts.ts"
import { sourcesOf } from "./sources.ts"

const usual: ReadonlySet<string> = new Set(standardDevices.map(([name]) => `/dev/${name}`))

/** What is made ready besides what a spec names, and where. */
interface Stage {
  readonly bundle: string
  /** Those with a tree are bound, but for what runtimes bind themselves. */
  readonly devices: ReadonlyArray<HeldDevice>
  /** Trees are there with the owners that the container's own users see. */
  readonly looking: boolean
}

/** Makes something that is to belong to the container's root. */
const ofRoot = <A>(kernel: Kernel, { users }: ContainerSpec, make: () => A): A =>
  users === undefined ? make() : asOwner(kernel, ownerOutside(users, { uid: 0, gid: 0 }), make)

const ownUsersOf = ({ users }: ContainerSpec): OwnUsers | undefined =>
  users === undefined ? undefined : { users, first: ownerOutside(users, { uid: 0, gid: 0 }) }

/** The host's numbers for the container's. */
const ownersOf = ({ users }: ContainerSpec): ((owner: Owner) => Owner) =>
  users === undefined ? (owner) => owner : (owner) => ownerOutside(users, owner)

/** Makes ready what a config has no words for: trees of the store, files in memory, paths below a volume. */
export const stageMounts = (
  kernel: Kernel,
  spec: ContainerSpec,
  { bundle, devices: given, looking }: Stage
): StagedPaths => {
  const memory = holdSharedMemory(kernel, spec)
  const wanted = spec.mounts.filter(isStaged)
  const scratch = `${bundle}/scratch`
  fs.mkdirSync(scratch)
  const held = new Map([
    ...holdBinds(kernel, wanted),
    ...holdTrees(kernel, spec, looking ? undefined : ownUsersOf(spec)),
    ...holdMemoryFiles(kernel, wanted, scratch, ownersOf(spec))
  ])
  const generated = ofRoot(kernel, spec, () => holdGenerated(kernel, spec, scratch))
  // Overlays are mounted from within their own directory; everything below is by path from the root.
  kernel.sys.chdir("/")
  const binds = spec.mounts.flatMap((mount) => (mount.type === "bind" && !isStaged(mount) ? [mount.source] : []))
  const mounts = new Map<MountSpec, string>()
  for (const [mount, { kind, tree }] of held) {
    if (mount.type === "tmpfs") continue
    const path = `${bundle}/mount${mounts.size}`
    stage(`mount ${mount.target}`, () => {
      finishBind(kernel, mount, tree)
      attach(kernel, tree, path, kind)
    })
    mounts.set(mount, path)
  }
  const files = new Map<string, string>()
  for (const { target, tree } of generated) {
    const path = `${bundle}/file${files.size}`
    stage(`mount ${target}`, () => attach(kernel, tree, path, "file"))
    files.set(target, path)
  }
  const devices = new Map<string, string>()
  for (const { path: target, tree } of given) {
    if (tree === undefined || usual.has(target)) continue
    const path = `${bundle}/device${devices.size}`
    stage(`add device ${target}`, () => attach(kernel, tree, path, "file"))
    devices.set(target, path)
  }
  const at = `${bundle}/memory`
  if (memory !== undefined) stage("mount /dev/shm", () => attach(kernel, memory, at, "directory"))
  const shared = memory === undefined ? {} : { memory: at }
  const sources = [...binds, ...mounts.values(), ...files.values(), ...devices.values(), ...Object.values(shared)]
  return { mounts, files, devices, ...shared, sources: sourcesOf(kernel, sources) }
}
