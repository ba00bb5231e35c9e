import type { PortRequest } from "@gantry/core/network/Network"
import type { IdMaps } from "@gantry/core/runtime/IdMaps"
import type { Platform } from "@gantry/core/image/Platform"
import type { IdMapWish } from "./IdMapWish.ts"
import type { HealthRule, RestartRule } from "@gantry/core/runtime/Runtime"
import { defaultWish, type NetworkWish } from "../networks/NetworkWish.ts"
import type { UsersWish } from "./UsersWish.ts"
import type { HostRoot } from "./host-root.ts"
import type { LogSettings } from "./LogSettings.ts"
import type { MountRecord } from "./ContainerRecord.ts"
import type { SecretWish } from "./SecretWish.ts"
import type {
  DeviceSpec,
  MountSpec,
  NamespaceChoice,
  Propagation,
  Resources,
  Rlimit,
  SeccompSpec
} from "@gantry/core/runtime/ContainerSpec"

/** When an image that is not asked for by digest is fetched again. */
export type PullPolicy = "always" | "missing" | "never"

/** A directory or file that is mounted, as asked for. */
export type MountRequest =
  | {
      readonly type: "bind"
      /** Absolute path on the host. */
      readonly source: string
      readonly target: string
      readonly readonly: boolean
      readonly recursive: boolean
      readonly propagation?: Propagation
      /** With `readonly`: what is mounted below the source can be written to. */
      readonly writableBelow?: boolean
      /** As the files have them when absent. */
      readonly idMap?: IdMapWish
      /** Makes a missing source, as a directory. */
      readonly create: boolean
      /** As typed, for messages. */
      readonly typed: string
    }
  | {
      readonly type: "volume"
      /** Absent for an anonymous volume. */
      readonly name?: string
      readonly target: string
      readonly readonly: boolean
      /** Leaves a new volume empty instead of filling it from the image. */
      readonly noCopy: boolean
      /** Relative path of what is mounted instead of the whole volume; it has to be there at every start. */
      readonly subpath?: string
      /** The part need not be there before the container starts: another one makes it. */
      readonly subpathLater?: true
      /** As the container's user namespace asks for when absent. */
      readonly idMap?: IdMapWish
      /** For a volume that is made for this. */
      readonly labels?: { readonly [name: string]: string }
      readonly typed: string
    }
  | {
      readonly type: "image"
      /** Name or ID of the image, as typed. */
      readonly source: string
      readonly target: string
      readonly readonly: boolean
      /** Relative path of what is mounted instead of all files. */
      readonly subpath?: string
      readonly typed: string
    }
  /** The mount of another container, as it is there. What is asked for on the same path takes its place. */
  | {
      readonly type: "inherited"
      readonly target: string
      readonly spec: MountSpec
      readonly record: MountRecord
      /** The namespace of users that the other container has. */
      readonly users?: IdMaps
      readonly typed: string
    }
  | { readonly type: "tmpfs"; readonly target: string; readonly options: string; readonly typed: string }

/** Whose namespace of a kind is wanted: its own, the host's, or that of a container, by name or ID. */
export type NamespaceWish = NamespaceChoice | { readonly container: string }

/** A container whose volumes are wanted. */
export interface VolumesFrom {
  /** Name or ID. */
  readonly container: string
  readonly readonly: boolean
}

/** How a container's health is to be looked at, as asked for. What is absent is the image's affair. */
export type HealthWish =
  | { readonly none: true }
  | ({ readonly none: false; readonly test?: ReadonlyArray<string> } & Partial<HealthRule>)

/** Everything `create` and `run` can be asked for, parsed and independent of how it was typed. */
export interface RunOptions {
  /** Name or ID of the image, as typed; the path of `hostRoot` where there is one. */
  readonly image: string
  /** A directory of the host that is the root, in place of an image's files. */
  readonly hostRoot?: HostRoot
  /** Replaces the image's CMD; empty for the image's own. */
  readonly command: ReadonlyArray<string>
  /** Replaces the image's ENTRYPOINT and drops its CMD; an empty list clears it. */
  readonly entrypoint?: ReadonlyArray<string>
  readonly name?: string
  /** `NAME=value` to set, `NAME` to take away. */
  readonly env: ReadonlyArray<string>
  /** It has these variables and no others, neither the image's nor the usual ones. */
  readonly envAlone: boolean
  readonly workdir?: string
  readonly user?: string
  readonly groups: ReadonlyArray<string>
  /** The line of /etc/passwd for a user that is a number, or who keeps one, and is not there; see `Account.entry`. */
  readonly passwdEntry?: string
  readonly hostname?: string
  readonly domainname?: string
  readonly tty: boolean
  readonly stdin: boolean
  readonly autoRemove: boolean
  /** Nobody is attached when it starts. */
  readonly detach: boolean
  /** Never empty. The first is what decides whether it has a network of its own. */
  readonly networks: readonly [NetworkWish, ...ReadonlyArray<NetworkWish>]
  readonly ports: ReadonlyArray<PortRequest>
  readonly publishAll: boolean
  /** `80/tcp`, in addition to the image's. */
  readonly expose: ReadonlyArray<string>
  readonly dns: ReadonlyArray<string>
  readonly dnsSearch: ReadonlyArray<string>
  readonly dnsOptions: ReadonlyArray<string>
  /** Further lines of /etc/hosts; address `host-gateway` is the host as the container sees it. */
  readonly hosts: ReadonlyArray<{ readonly name: string; readonly address: string }>
  readonly mounts: ReadonlyArray<MountRequest>
  /** Of several with a mount on one path the last counts. */
  readonly volumesFrom: ReadonlyArray<VolumesFrom>
  readonly secrets: ReadonlyArray<SecretWish>
  readonly labels: { readonly [name: string]: string }
  readonly readonlyRoot: boolean
  readonly capAdd: ReadonlyArray<string>
  readonly capDrop: ReadonlyArray<string>
  readonly privileged: boolean
  readonly seccomp: SeccompSpec
  readonly noNewPrivileges: boolean
  /** No path of /proc and /sys is masked or made read-only. */
  readonly pathsUnmasked: boolean
  readonly rlimits: ReadonlyArray<Rlimit>
  /** Bytes of /dev/shm; 0 for none. */
  readonly shmBytes: number
  readonly devices: ReadonlyArray<DeviceSpec>
  /** Devices by the names of the Container Device Interface, `vendor.com/class=name`. */
  readonly cdiDevices: ReadonlyArray<string>
  /** Devices that may be used besides, as control groups have it: `c 10:* rw`. */
  readonly deviceRules: ReadonlyArray<string>
  readonly sysctls: { readonly [name: string]: string }
  readonly resources: Resources
  /** Control group above the container's own; the engine's when absent. */
  readonly cgroupParent?: string
  readonly init: boolean
  /** Name or number; the image's, else SIGTERM, when absent. */
  readonly stopSignal?: string
  /** Seconds between the stop signal and SIGKILL; 10 when absent. */
  readonly stopTimeout?: number
  /** Seconds after each start when it is stopped; never when absent. */
  readonly timeout?: number
  /** Name of a time zone of this host, or `local`; the image's when absent. */
  readonly timeZone?: string
  readonly log: LogSettings
  readonly pull: PullPolicy
  readonly platform?: Platform
  /** The runtime by name or absolute path; the engine's own when absent. */
  readonly runtime?: string
  readonly namespaces: {
    readonly pid: NamespaceWish
    /** One of its own that is `shareable` may be joined by other containers. */
    readonly ipc: NamespaceWish | "shareable"
    readonly uts: NamespaceChoice
    readonly cgroup: NamespaceChoice
  }
  readonly users: UsersWish
  readonly oomScoreAdj?: number
  /** Rights that new files do not get; 022 when absent. */
  readonly umask?: number
  readonly annotations: { readonly [name: string]: string }
  readonly restart?: RestartRule
  /** What differs from the image's HEALTHCHECK, or that there is none. */
  readonly health?: HealthWish
}

/** What `run IMAGE` means with no option at all. */
export const defaults: Omit<RunOptions, "image"> = {
  command: [],
  env: [],
  groups: [],
  tty: false,
  stdin: false,
  autoRemove: false,
  detach: false,
  networks: [defaultWish],
  ports: [],
  publishAll: false,
  expose: [],
  dns: [],
  dnsSearch: [],
  dnsOptions: [],
  hosts: [],
  mounts: [],
  volumesFrom: [],
  labels: {},
  envAlone: false,
  secrets: [],
  annotations: {},
  readonlyRoot: false,
  capAdd: [],
  capDrop: [],
  privileged: false,
  seccomp: { type: "default" },
  noNewPrivileges: false,
  pathsUnmasked: false,
  rlimits: [],
  shmBytes: 64 * 1024 * 1024,
  devices: [],
  cdiDevices: [],
  deviceRules: [],
  sysctls: {},
  resources: {},
  init: false,
  log: { driver: "file", maxBytes: 10 * 1024 * 1024, files: 3 },
  pull: "missing",
  namespaces: { pid: "own", ipc: "own", uts: "own", cgroup: "own" },
  users: { type: "host", typed: "" }
}
