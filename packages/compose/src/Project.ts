import type { Propagation } from "@gantry/core/runtime/ContainerSpec"
import type { ServiceHook, ServiceWatch } from "./ServiceHook.ts"

/**
 * What Compose files ask for, after variables, `extends`, `include` and further files have been dealt with. Field by field
 * this is the Compose Specification (https://github.com/compose-spec/compose-spec, `05-services.md` and following):
 * short forms have become long ones, relative paths are absolute, and what a file says nothing about is absent.
 */
export interface Project {
  /** Lower-case letters, digits, `-` and `_`, beginning with a letter or digit. */
  readonly name: string
  /** Absolute: what relative paths of the files start from. */
  readonly directory: string
  /** The files given, absolute, in the order in which later ones override earlier ones; `-` for standard input. */
  readonly files: ReadonlyArray<string>
  /** What variables in the files meant: the `.env` files below the caller's environment. */
  readonly environment: { readonly [name: string]: string }
  /** Those without a profile and those whose profile is wanted, in the order of the files. */
  readonly services: { readonly [name: string]: Service }
  /** Those whose profiles are not wanted. Naming one on a command line wants it. */
  readonly disabled: { readonly [name: string]: Service }
  /** Every network that a file declares, and `default` when a service has no other. */
  readonly networks: { readonly [name: string]: ProjectNetwork }
  readonly volumes: { readonly [name: string]: ProjectVolume }
  readonly secrets: { readonly [name: string]: ProjectFile }
  readonly configs: { readonly [name: string]: ProjectFile }
  /** Extension fields of the first level (`x-…`), as written. */
  readonly extensions?: { readonly [name: string]: unknown }
  /** What is in the files and has no effect here: one sentence each, beginning with its path, `services.web.cpu_count`. */
  readonly notices: ReadonlyArray<string>
  /** The merged files as data, when the project was not to be normalized. */
  readonly said?: unknown
  /** The merged files as data, when variables were not to be filled in: what `config --no-interpolate` prints. */
  readonly written?: unknown
}

/** A service: containers that are alike. */
export interface Service {
  readonly name: string
  readonly profiles: ReadonlyArray<string>
  readonly image?: string
  readonly build?: ServiceBuild
  /** When its image is fetched: `build` makes it instead of looking for it in a registry. */
  readonly pullPolicy?: "always" | "missing" | "never" | "build"
  readonly platform?: string
  /** Words; a text of the file has been split as a shell does. Empty: the image's is cleared. */
  readonly command?: ReadonlyArray<string>
  readonly entrypoint?: ReadonlyArray<string>
  readonly containerName?: string
  /** How many containers; `scale`, else `deploy.replicas`, else 1. */
  readonly scale: number
  /** Whether `up` shows its output. */
  readonly attach: boolean
  /**
   * Of `env_file` and `environment`. A name without a value has the caller's; `null` where the caller has none: it is taken
   * away, also from what the image says.
   */
  readonly environment: { readonly [name: string]: string | null }
  readonly labels: { readonly [name: string]: string }
  readonly annotations: { readonly [name: string]: string }
  readonly ports: ReadonlyArray<ServicePort>
  /** `80`, `80/udp`, `8000-8010`. */
  readonly expose: ReadonlyArray<string>
  readonly volumes: ReadonlyArray<ServiceVolume>
  /** `/run` or `/run:size=64m`. */
  readonly tmpfs: ReadonlyArray<string>
  readonly volumesFrom: ReadonlyArray<VolumesFromService>
  readonly secrets: ReadonlyArray<ServiceFile>
  readonly configs: ReadonlyArray<ServiceFile>
  /** By the names of the project's networks, those of higher priority first; `default` when the file says nothing. */
  readonly networks: { readonly [network: string]: ServiceNetwork }
  /** `none`, `host`, `bridge`, `service:NAME` or `container:NAME`; then there are no `networks`. */
  readonly networkMode?: string
  /** `host`, `service:NAME` or `container:NAME`. */
  readonly pid?: string
  readonly ipc?: string
  readonly uts?: string
  readonly cgroup?: string
  readonly usernsMode?: string
  readonly cgroupParent?: string
  /** What it needs first; what `links`, `volumes_from` and shared namespaces imply is among it. */
  readonly dependsOn: { readonly [service: string]: Dependency }
  /** Names under which this service knows others: `links: [db:database]`. */
  readonly links: ReadonlyArray<{ readonly service: string; readonly alias: string }>
  readonly healthcheck?: Healthcheck
  /** Run one after the other in each container that was started, before it counts as started. */
  readonly postStart?: ReadonlyArray<ServiceHook>
  /** Run one after the other in each container that is asked to end, before it is. */
  readonly preStop?: ReadonlyArray<ServiceHook>
  /** What `watch` looks at, and what it does then. */
  readonly develop?: ReadonlyArray<ServiceWatch>
  /** `no`, `always`, `unless-stopped`, `on-failure` or `on-failure:N`. */
  readonly restart?: string
  readonly hostname?: string
  readonly domainname?: string
  readonly macAddress?: string
  readonly user?: string
  readonly groupAdd: ReadonlyArray<string>
  readonly workingDir?: string
  readonly tty: boolean
  readonly stdinOpen: boolean
  readonly init?: boolean
  readonly privileged: boolean
  readonly readOnly: boolean
  readonly capAdd: ReadonlyArray<string>
  readonly capDrop: ReadonlyArray<string>
  /** As `--security-opt` has it; the path of a seccomp profile is absolute. */
  readonly securityOpt: ReadonlyArray<string>
  readonly devices: ReadonlyArray<string>
  readonly deviceCgroupRules: ReadonlyArray<string>
  readonly dns: ReadonlyArray<string>
  readonly dnsOpt: ReadonlyArray<string>
  readonly dnsSearch: ReadonlyArray<string>
  /** `host:address`, as `--add-host` has it. */
  readonly extraHosts: ReadonlyArray<string>
  readonly sysctls: { readonly [name: string]: string }
  /** Soft and hard limits by name. */
  readonly ulimits: { readonly [name: string]: { readonly soft: number; readonly hard: number } }
  readonly logging?: { readonly driver?: string; readonly options: { readonly [name: string]: string } }
  readonly runtime?: string
  readonly stopSignal?: string
  /** Seconds. */
  readonly stopGracePeriod?: number
  readonly resources: ServiceResources
  readonly storageOpt: { readonly [name: string]: string }
  /** Extension fields (`x-…`), as written. */
  readonly extensions: { readonly [name: string]: unknown }
}

/** How a service's image is made. */
export interface ServiceBuild {
  /** An absolute directory, or the address of a remote context. */
  readonly context: string
  /** Relative to the context, or absolute. */
  readonly dockerfile?: string
  readonly dockerfileInline?: string
  readonly args: { readonly [name: string]: string }
  readonly target?: string
  readonly labels: { readonly [name: string]: string }
  readonly cacheFrom: ReadonlyArray<string>
  readonly cacheTo: ReadonlyArray<string>
  readonly tags: ReadonlyArray<string>
  readonly platforms: ReadonlyArray<string>
  /** Name and place: a directory (absolute), an address, `docker-image://…` or `service:NAME`. */
  readonly additionalContexts: { readonly [name: string]: string }
  readonly extraHosts: ReadonlyArray<string>
  readonly network?: string
  readonly noCache: boolean
  readonly noCacheFilter: ReadonlyArray<string>
  readonly pull: boolean
  readonly privileged: boolean
  readonly secrets: ReadonlyArray<ServiceFile>
  /** `default`, or `id=path`. */
  readonly ssh: ReadonlyArray<string>
  /** Bytes. */
  readonly shmSize?: string
  readonly ulimits: { readonly [name: string]: { readonly soft: number; readonly hard: number } }
}

/** A port of a service's containers; a range of target ports has become one of these each. */
export interface ServicePort {
  readonly target: number
  /** A port or a range (`8000-8010`) of the host; absent: any free one. */
  readonly published?: string
  readonly hostIp?: string
  readonly protocol: "tcp" | "udp" | "sctp"
}

/** Something mounted into a service's containers. */
export interface ServiceVolume {
  readonly type: "bind" | "volume" | "tmpfs" | "image"
  /** Of a bind an absolute path; of a volume its name in the project; absent for an anonymous one. */
  readonly source?: string
  readonly target: string
  readonly readOnly: boolean
  readonly bind?: {
    readonly propagation?: Propagation
    readonly createHostPath: boolean
    readonly recursive?: string
    readonly selinux?: "z" | "Z"
  }
  readonly volume?: { readonly nocopy: boolean; readonly subpath?: string }
  readonly tmpfs?: { readonly size?: string; readonly mode?: string }
  readonly image?: { readonly subpath?: string }
}

/** Where the volumes of others come from. */
export interface VolumesFromService {
  readonly from: "service" | "container"
  readonly name: string
  readonly readOnly: boolean
}

/** A secret or a config as a service has it. */
export interface ServiceFile {
  /** Its name in the project. */
  readonly source: string
  /** Absolute path in the container; of a secret also a name below /run/secrets. */
  readonly target?: string
  readonly uid?: string
  readonly gid?: string
  /** Rights as a number. */
  readonly mode?: number
}

/** How a service is on a network. */
export interface ServiceNetwork {
  readonly aliases: ReadonlyArray<string>
  readonly ipv4Address?: string
  readonly ipv6Address?: string
  readonly macAddress?: string
}

/** What must be true of a service before another starts. */
export interface Dependency {
  readonly condition: "service_started" | "service_healthy" | "service_completed_successfully"
  /** The one that depends is restarted when `compose restart`, `up` or `stop` touches this. */
  readonly restart: boolean
  /** When not, its absence is only said. */
  readonly required: boolean
}

/** How health is looked at. Durations as `run` takes them, such as `1m30s`. */
export interface Healthcheck {
  readonly disable: boolean
  /** `["CMD", …]` or `["CMD-SHELL", text]`. */
  readonly test?: ReadonlyArray<string>
  readonly interval?: string
  readonly timeout?: string
  readonly retries?: number
  readonly startPeriod?: string
  readonly startInterval?: string
}

/** Limits, as the options of `run` take them; sizes are bytes. */
export interface ServiceResources {
  readonly cpus?: string
  readonly cpuShares?: string
  readonly cpuPeriod?: string
  readonly cpuQuota?: string
  readonly cpusetCpus?: string
  readonly memory?: string
  readonly memoryReservation?: string
  readonly memorySwap?: string
  readonly memorySwappiness?: string
  readonly pidsLimit?: string
  readonly oomKillDisable?: boolean
  readonly oomScoreAdj?: string
  readonly shmSize?: string
  readonly blkioWeight?: string
  /** `PATH:WEIGHT` and `PATH:RATE`, by the option of `run`: `deviceReadBps` and its like. */
  readonly blkio?: { readonly [option: string]: ReadonlyArray<string> }
}

/** A network that a project wants. */
export interface ProjectNetwork {
  /** What it is really called: `PROJECT_KEY`, unless the file names it or it is external. */
  readonly name: string
  readonly external: boolean
  readonly driver?: string
  readonly driverOpts: { readonly [name: string]: string }
  readonly internal: boolean
  readonly attachable: boolean
  readonly enableIpv6?: boolean
  readonly labels: { readonly [name: string]: string }
  readonly ipam: ReadonlyArray<{ readonly subnet?: string; readonly gateway?: string; readonly ipRange?: string }>
}

/** A volume that a project wants. */
export interface ProjectVolume {
  readonly name: string
  readonly external: boolean
  readonly driver?: string
  readonly driverOpts: { readonly [name: string]: string }
  readonly labels: { readonly [name: string]: string }
}

/** A secret or a config of a project: from exactly one place. */
export interface ProjectFile {
  readonly name: string
  readonly external: boolean
  /** Absolute. */
  readonly file?: string
  /** A variable of the caller. */
  readonly environment?: string
  /** Configs only. */
  readonly content?: string
}
