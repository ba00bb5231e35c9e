import type { Wiring } from "../network/Wiring.ts"
import type { IdMaps } from "./IdMaps.ts"

/** Where a container's root file system comes from. Plain data: the runtime mounts it in the container's own mount namespace. */
export type RootSource =
  | {
      readonly type: "overlay"
      /** Absolute directory that the names in `lower` are relative to, so that 127 of them fit into one page. */
      readonly directory: string
      /** Lower directories, topmost first, relative to `directory`. Never empty. */
      readonly lower: ReadonlyArray<string>
      /**
       * Directory, relative to `directory`, that has the contents of files which lower directories only describe.
       * Spec: kernel, filesystems/overlayfs, "Data-only lower layers".
       */
      readonly contents?: string
      /** Absolute. */
      readonly upper: string
      /** Absolute, empty, on the file system of `upper`. */
      readonly work: string
      /** Absolute, empty directory to mount on. */
      readonly target: string
    }
  | { readonly type: "directory"; readonly path: string }
  /** Only the store that made it knows what it is: for runtimes without a kernel. */
  | { readonly type: "opaque"; readonly store: string; readonly id: string }

/** Whether mounts made later on one side of a bind mount show on the other. See mount_namespaces(7). */
export type Propagation = "private" | "rprivate" | "shared" | "rshared" | "slave" | "rslave"

/** Something mounted into a container besides its root. */
export type MountSpec =
  | {
      readonly type: "bind"
      /** Absolute path on the host. */
      readonly source: string
      /** Absolute path in the container; made when missing. */
      readonly target: string
      readonly readonly: boolean
      /** Mounts below the source come along. */
      readonly recursive: boolean
      readonly propagation?: Propagation
      /** With `readonly`: mounts below the source can be written to. */
      readonly writableBelow?: boolean
      /** Relative path below `source` of what is mounted. No link on it may lead out of the source. */
      readonly subpath?: string
      /** Numbers of owners: `inside` as the files have them, `outside` as they are seen, and as new files are given them. */
      readonly idMap?: IdMaps
    }
  | {
      readonly type: "tmpfs"
      readonly target: string
      /** Options of mount(8), such as `size=64m,mode=1777,noexec`. */
      readonly options: string
    }
  | {
      /** What a tree of the layer store has at a path. Writes go into the tree. */
      readonly type: "tree"
      readonly root: RootSource
      /** Absolute path in the tree; links are followed inside of it. */
      readonly source: string
      readonly target: string
      readonly readonly: boolean
    }
  | {
      /** A file in the container's memory and nowhere on the host; read-only. */
      readonly type: "file"
      readonly target: string
      /** In base64. */
      readonly content: string
      readonly mode: number
      readonly uid: number
      readonly gid: number
      /** Its content is to be on no disk: whoever keeps the description keeps it without. */
      readonly secret?: true
    }

/** A resource limit of setrlimit(2); values in the resource's unit, -1 for unlimited. */
export interface Rlimit {
  /** Name without RLIMIT_, lower case: `nofile`. */
  readonly name: string
  readonly soft: number
  readonly hard: number
}

/** Limits of the control group. What is absent is not limited. */
export interface Resources {
  readonly memoryBytes?: number
  /** Memory and swap together; -1 for unlimited. */
  readonly memorySwapBytes?: number
  /** What the kernel leaves to it as long as it can. */
  readonly memoryReservationBytes?: number
  /** Billionths of one processor. */
  readonly nanoCpus?: number
  readonly cpuShares?: number
  readonly cpuQuotaUs?: number
  readonly cpuPeriodUs?: number
  /** Processors and memory nodes, as the kernel lists them: `0-2,5`. */
  readonly cpusetCpus?: string
  readonly cpusetMems?: string
  readonly pids?: number
  /** How readily memory is written to swap, 0 to 100. */
  readonly swappiness?: number
  /** Its processes wait for memory instead of being killed. */
  readonly oomKillDisable?: boolean
  /** Share of all block devices, 10 to 1000. */
  readonly blockWeight?: number
  readonly block?: ReadonlyArray<BlockResource>
}

/** A limit for one block device: a share of 10 to 1000, or bytes or operations in a second. */
export interface BlockResource {
  /** Absolute path of the host's device. */
  readonly path: string
  readonly kind: "weight" | "readBps" | "writeBps" | "readIops" | "writeIops"
  readonly value: number
}

/** Which system calls the container may make. */
export type SeccompSpec =
  | { readonly type: "default" }
  | { readonly type: "unconfined" }
  /** A profile in Docker's JSON format. */
  | { readonly type: "profile"; readonly profile: string }

/** A device node of the host that the container may use. */
export interface DeviceSpec {
  readonly hostPath: string
  readonly containerPath: string
  /** Any of r, w, m. */
  readonly access: string
}

/** A process to run inside a container. */
export interface ProcessSpec {
  /** Never empty. The first word is looked up in PATH of `env`, inside the container. */
  readonly argv: ReadonlyArray<string>
  /** `NAME=value`. HOME is added from the container's passwd file when absent. */
  readonly env: ReadonlyArray<string>
  /** Names of variables that a further process is to be without, secrets of its container too; none when absent. */
  readonly unset?: ReadonlyArray<string>
  /** Absolute path in the container; made when missing for its first process, and an error for a further one. */
  readonly cwd: string
  /** `""`, name, uid, `name:group`, `uid:gid`: looked up in the container's own passwd and group files. */
  readonly user: string
  /** Further groups, names or numbers. */
  readonly groups: ReadonlyArray<string>
  readonly tty: boolean
  /** Rows and columns of the terminal at the start. */
  readonly size?: { readonly rows: number; readonly columns: number }
  /** Names without CAP_, upper case: the bounding, permitted, effective and inheritable sets of root. */
  readonly capabilities: ReadonlyArray<string>
  readonly noNewPrivileges: boolean
  readonly seccomp: SeccompSpec
  readonly rlimits: ReadonlyArray<Rlimit>
  readonly oomScoreAdj?: number
  readonly umask?: number
}

/** Whose namespace of a kind the container uses: its own or the host's. */
export type NamespaceChoice = "own" | "host"

/** The namespace of another container, by a path that leads to it while the container starts. */
export interface JoinedNamespace {
  readonly path: string
}

/** The same, with the memory that goes with it: what /dev/shm is in the mount namespace of the other one. */
export interface JoinedMemory extends JoinedNamespace {
  readonly mounts: string
}

/** Somebody whom a container's own files are to know. */
export interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
  /** Absolute path in the container. */
  readonly home: string
  /** Its line of /etc/passwd, with $USERNAME, $UID, $GID, $NAME and $HOME; the usual one when absent. */
  readonly entry?: string
}

/** Everything a runtime needs to know to start a container. Plain data without functions; survives JSON. */
export interface ContainerSpec {
  /** 64 hex characters. */
  readonly id: string
  /** Name or absolute path of the runtime that `--runtime` chose; the engine's own when absent. */
  readonly runtime?: string
  readonly hostname: string
  readonly domainname?: string
  readonly root: RootSource
  readonly readonlyRoot: boolean
  readonly process: ProcessSpec
  /** Variables of `process` whose values are to be on no disk, by name; none when absent. */
  readonly secretVariables?: ReadonlyArray<string>
  readonly mounts: ReadonlyArray<MountSpec>
  /** Bytes of /dev/shm; 0 for none. */
  readonly shmBytes: number
  readonly devices: ReadonlyArray<DeviceSpec>
  /** Devices that may be used besides, as control groups have it: `c 10:* rw`; none when absent. */
  readonly deviceRules?: ReadonlyArray<string>
  /** Contents of /etc/hosts, /etc/resolv.conf and /etc/hostname; a file that is absent here stays the image's. */
  readonly files: { readonly hosts?: string; readonly resolvConf?: string; readonly hostname?: string }
  /** Kernel parameters of the container's own namespaces, such as `net.ipv4.ip_unprivileged_port_start`. */
  readonly sysctls: { readonly [name: string]: string }
  readonly namespaces: {
    readonly pid: NamespaceChoice | JoinedNamespace
    readonly ipc: NamespaceChoice | JoinedMemory
    readonly uts: NamespaceChoice
    readonly cgroup: NamespaceChoice
  }
  /**
   * Its own namespace of users; whoever makes it counts what is outside. Its processes are nobody else's than the ones
   * that are named here. Absent when users are those of whoever makes it.
   */
  readonly users?: IdMaps
  /** Is entered in its /etc/passwd and /etc/group where these do not have the numbers. */
  readonly account?: Account
  /** How the container is connected; one entry a network, none for loopback only. */
  readonly wiring: ReadonlyArray<Wiring>
  readonly resources: Resources
  /** Control group above the container's own, by its path below the top of each tree; the engine's when absent. */
  readonly cgroupParent?: string
  /** All devices, no masked paths, /sys writable. */
  readonly privileged: boolean
  /** No path of /proc and /sys is masked or made read-only; they are when absent, unless it is privileged. */
  readonly pathsUnmasked?: boolean
  /** A small first process of ours' making reaps zombies and forwards signals. */
  readonly init: boolean
}

/** Docker's 14 default capabilities. Source: moby, default capabilities of a container. */
export const defaultCapabilities: ReadonlyArray<string> = [
  "AUDIT_WRITE",
  "CHOWN",
  "DAC_OVERRIDE",
  "FOWNER",
  "FSETID",
  "KILL",
  "MKNOD",
  "NET_BIND_SERVICE",
  "NET_RAW",
  "SETFCAP",
  "SETGID",
  "SETPCAP",
  "SETUID",
  "SYS_CHROOT"
]

/**
 * A container that asks for nothing but a root and a command: Docker's defaults, no mounts and no network. What differs
 * is given in `process`, or spread over the result.
 */
export const plainSpec = (
  id: string,
  root: RootSource,
  process: Pick<ProcessSpec, "argv"> & Partial<ProcessSpec>
): ContainerSpec => ({
  id,
  hostname: id.slice(0, 12),
  root,
  readonlyRoot: false,
  process: {
    env: [],
    cwd: "/",
    user: "",
    groups: [],
    tty: false,
    capabilities: defaultCapabilities,
    noNewPrivileges: false,
    seccomp: { type: "default" },
    rlimits: [],
    ...process
  },
  mounts: [],
  shmBytes: 64 * 1024 * 1024,
  devices: [],
  files: {},
  sysctls: {},
  namespaces: { pid: "own", ipc: "own", uts: "own", cgroup: "own" },
  wiring: [],
  resources: {},
  privileged: false,
  init: false
})
