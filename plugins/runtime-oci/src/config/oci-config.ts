import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import type { IdRange } from "@gantry/core/runtime/IdMaps"
import { openToUsers } from "@gantry/linux/container/open-to-users"
import { maskedPaths, readonlyPaths } from "@gantry/linux/container/kernel-paths"
import type { Identity } from "@gantry/linux/container/passwd"
import { throughFirstProcess } from "@gantry/linux/container/first-process"
import { ownsNetwork } from "@gantry/linux/container/set-up-links"
import type { FilterTarget } from "@gantry/linux/seccomp/profile"
import { mountsOf, type StagedPaths } from "./mounts.ts"
import type { OciConfig, OciDevice, OciIdMapping, OciNamespace, OciProcess } from "./OciConfig.ts"
import { type OrdinaryUser, processOf } from "./process.ts"
import { type GivenDevice, resourcesOf } from "./resources.ts"
import { seccompOf } from "./seccomp.ts"

/** What the host and the container's own files say, which a spec leaves open. */
export interface BundleFacts {
  /** Absolute directory where the container's root is. */
  readonly root: string
  /** Control group, below the top of each tree; undefined where it is made and limited without the runtime. */
  readonly group: string | undefined
  /** Whose namespace the container is in, when it is not the host's root who makes it. */
  readonly user?: OrdinaryUser | undefined
  readonly who: Identity
  readonly hardFiles: bigint
  readonly target: Pick<FilterTarget, "arch" | "kernel">
  readonly devices: ReadonlyArray<GivenDevice>
  readonly staged: StagedPaths
  /** Where the command is in the container, when a first process of gantry's own starts it. */
  readonly program: string | undefined
  /** Control groups are in several trees, those of version 1, that the runtime mounts side by side. */
  readonly manyTrees: boolean
  /** The host has its message queues mounted, for those to share who may not mount them. */
  readonly queues: boolean
  /** Paths to mask besides those of every host. */
  readonly throttles: ReadonlyArray<string>
}

/**
 * The `config.json` of a container. Throws `StageFailure` for what OCI has no way to say, and `ProfileError` for a bad
 * seccomp profile. Spec: OCI runtime-spec 1.0.
 */
export const ociConfig = (spec: ContainerSpec, facts: BundleFacts): OciConfig => {
  const isOpen = spec.privileged || spec.pathsUnmasked === true
  const process = processOf(spec.process, facts)
  const seccomp = seccompOf(spec.process, facts.target)
  const sysctl = {
    ...openToUsers(spec),
    ...spec.sysctls,
    // Older runtimes do not know the field of its own that a domain name has in later specs.
    ...(spec.domainname === undefined || spec.namespaces.uts === "host" ? {} : { "kernel.domainname": spec.domainname })
  }
  return {
    ociVersion: "1.0.2",
    root: { path: facts.root, readonly: spec.readonlyRoot },
    ...(spec.namespaces.uts === "host" ? {} : { hostname: spec.hostname }),
    process: facts.program === undefined ? process : behindFirst(process, facts.program),
    mounts: mountsOf(spec, facts),
    linux: {
      namespaces: namespacesOf(spec),
      ...(spec.users === undefined
        ? {}
        : { uidMappings: mappingsOf(spec.users.uids), gidMappings: mappingsOf(spec.users.gids) }),
      // To an ordinary user, and to root of a user namespace, the kernel gives no devices: they are bound.
      devices: facts.user === undefined && spec.users === undefined ? facts.devices.map(deviceOf) : [],
      ...(facts.group === undefined
        ? {}
        : { cgroupsPath: `/${facts.group}`, resources: resourcesOf(spec, facts.devices) }),
      ...(Object.keys(sysctl).length === 0 ? {} : { sysctl }),
      ...(seccomp === undefined ? {} : { seccomp }),
      maskedPaths: isOpen ? [] : [...maskedPaths, ...facts.throttles],
      readonlyPaths: isOpen ? [] : readonlyPaths,
      ...(spec.mounts.some((mount) => mount.type === "bind" && mount.propagation?.endsWith("slave") === true)
        ? { rootfsPropagation: "slave" as const }
        : {})
    }
  }
}

const behindFirst = (process: OciProcess, program: string): OciProcess => {
  const { argv, env } = throughFirstProcess({ program, argv: process.args, env: process.env })
  return { ...process, args: argv, env }
}

const deviceOf = ({ fileMode, gid, major, minor, path, type, uid }: GivenDevice): OciDevice => ({
  path,
  type,
  major,
  minor,
  fileMode,
  uid,
  gid
})

const mappingsOf = (ranges: ReadonlyArray<IdRange>): ReadonlyArray<OciIdMapping> =>
  ranges.map(({ count, inside, outside }) => ({ containerID: inside, hostID: outside, size: count }))

const namespacesOf = ({ namespaces, users, wiring }: ContainerSpec): ReadonlyArray<OciNamespace> => {
  const joined = wiring.find((each) => each.type === "join")
  return [
    ...(users === undefined ? [] : [{ type: "user" as const }]),
    { type: "mount" },
    ...(["pid", "ipc", "uts", "cgroup"] as const).flatMap((type) => {
      const choice = namespaces[type]
      if (choice === "host") return []
      return [choice === "own" ? { type } : { type, path: choice.path }]
    }),
    ...(joined !== undefined
      ? [{ type: "network" as const, path: joined.path }]
      : ownsNetwork(wiring)
        ? [{ type: "network" as const }]
        : [])
  ]
}
