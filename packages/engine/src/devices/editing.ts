import type { ContainerSpec, MountSpec, Propagation } from "@gantry/core/runtime/ContainerSpec"
import * as Either from "effect/Either"
import { mergedEnvironment } from "../containers/environment.ts"
import type { Edits } from "./cdi-spec.ts"

const propagations = new Set(["private", "rprivate", "shared", "rshared", "slave", "rslave"])

/** Options of binds that are kept, or that binds here have no use for: who may write such files may name any file. */
const known = new Set(["bind", "nodev", "noexec", "nosuid", "rbind", "ro", "rw", ...propagations])

/**
 * How a container's description is edited for its devices. Left is what they ask for and gantry does not do, which the
 * devices need to be of use. Spec: CDI 1.0, SPEC.md, "Edits".
 */
export const editing = (edits: ReadonlyArray<Edits>): Either.Either<(spec: ContainerSpec) => ContainerSpec, string> => {
  for (const { hooks = [], intelRdt, netDevices = [] } of edits) {
    if (hooks.length > 0) return Either.left("it wants hooks to be run, which gantry does not do")
    if (intelRdt !== undefined) return Either.left("it wants a class of Intel RDT, which gantry does not set")
    if (netDevices.length > 0) return Either.left("it wants network devices of the host, which gantry does not move")
  }
  const mounts: Array<MountSpec> = []
  for (const each of edits.flatMap((one) => one.mounts ?? [])) {
    const mount = mountOf(each)
    if (typeof mount === "string") return Either.left(mount)
    mounts.push(mount)
  }
  const targets = new Set(mounts.map(({ target }) => target))
  const gids = edits.flatMap(({ additionalGids = [] }) => additionalGids.map(String))
  return Either.right((spec) => ({
    ...spec,
    mounts: [...spec.mounts.filter(({ target }) => !targets.has(target)), ...mounts],
    devices: [
      ...spec.devices,
      ...edits.flatMap(({ deviceNodes = [] }) =>
        deviceNodes.map(({ hostPath, path, permissions = "" }) => ({
          hostPath: hostPath ?? path,
          containerPath: path,
          access: permissions === "" ? "rwm" : permissions
        }))
      )
    ],
    process: {
      ...spec.process,
      env: mergedEnvironment([...spec.process.env, ...edits.flatMap(({ env = [] }) => env)]),
      groups: [...new Set([...spec.process.groups, ...gids])]
    }
  }))
}

const mountOf = ({
  containerPath: target,
  hostPath: source,
  options = [],
  type = "bind"
}: NonNullable<Edits["mounts"]>[number]): MountSpec | string => {
  if (type === "tmpfs") return { type, target, options: options.join(",") }
  const odd = options.find((each) => !known.has(each))
  if (odd !== undefined) return `it wants ${target} mounted with the option ${odd}, which gantry does not know`
  if (type !== "bind" && type !== "none") return `it wants a mount of type ${type}, which gantry does not make`
  const propagation = options.find((each) => propagations.has(each)) as Propagation | undefined
  return {
    type: "bind",
    source,
    target,
    readonly: options.includes("ro"),
    recursive: options.includes("rbind"),
    ...(propagation === undefined ? {} : { propagation })
  }
}
