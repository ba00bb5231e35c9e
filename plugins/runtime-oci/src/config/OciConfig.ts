/**
 * The part of an OCI bundle's `config.json` that is written here. Numbers that do not fit into a JavaScript number are
 * bigints; `printConfig` spells them. Spec: OCI runtime-spec 1.0, config.md and config-linux.md.
 */
export interface OciConfig {
  readonly ociVersion: string
  readonly root: { readonly path: string; readonly readonly: boolean }
  readonly hostname?: string
  readonly process: OciProcess
  readonly mounts: ReadonlyArray<OciMount>
  readonly linux: {
    readonly namespaces: ReadonlyArray<OciNamespace>
    readonly uidMappings?: ReadonlyArray<OciIdMapping>
    readonly gidMappings?: ReadonlyArray<OciIdMapping>
    readonly cgroupsPath?: string
    readonly devices: ReadonlyArray<OciDevice>
    readonly resources?: OciResources
    readonly sysctl?: { readonly [name: string]: string }
    readonly seccomp?: OciSeccomp
    readonly maskedPaths: ReadonlyArray<string>
    readonly readonlyPaths: ReadonlyArray<string>
    readonly rootfsPropagation?: "slave" | "private"
  }
}

/** `process`, which is also what `exec --process` reads. */
export interface OciProcess {
  readonly terminal: boolean
  readonly consoleSize?: { readonly height: number; readonly width: number }
  readonly user: {
    readonly uid: number
    readonly gid: number
    readonly additionalGids: ReadonlyArray<number>
    readonly umask: number
  }
  readonly args: ReadonlyArray<string>
  readonly env: ReadonlyArray<string>
  readonly cwd: string
  readonly capabilities: {
    readonly [set in "ambient" | "bounding" | "effective" | "inheritable" | "permitted"]: ReadonlyArray<string>
  }
  readonly rlimits: ReadonlyArray<{ readonly type: string; readonly soft: bigint; readonly hard: bigint }>
  readonly noNewPrivileges: boolean
  readonly oomScoreAdj?: number
}

/** An entry of `mounts`. */
export interface OciMount {
  readonly destination: string
  readonly type: string
  readonly source: string
  readonly options: ReadonlyArray<string>
}

/** An entry of `linux.uidMappings` and its like. */
export interface OciIdMapping {
  readonly containerID: number
  readonly hostID: number
  readonly size: number
}

/** An entry of `linux.namespaces`. */
export interface OciNamespace {
  readonly type: "cgroup" | "ipc" | "mount" | "network" | "pid" | "user" | "uts"
  readonly path?: string
}

/** An entry of `linux.devices`. */
export interface OciDevice {
  readonly path: string
  readonly type: "b" | "c"
  readonly major: number
  readonly minor: number
  readonly fileMode: number
  readonly uid: number
  readonly gid: number
}

/** An entry of `linux.resources.devices`. */
export interface OciDeviceRule {
  readonly allow: boolean
  readonly type?: "a" | "b" | "c"
  readonly major?: number
  readonly minor?: number
  readonly access: string
}

/** `linux.resources`. */
export interface OciResources {
  readonly devices: ReadonlyArray<OciDeviceRule>
  readonly memory?: { readonly limit?: number; readonly swap?: number; readonly reservation?: number }
  readonly cpu?: {
    readonly shares?: number
    readonly quota?: number
    readonly period?: number
    readonly cpus?: string
    readonly mems?: string
  }
  readonly pids?: { readonly limit: number }
}

/** `linux.seccomp`. */
export interface OciSeccomp {
  readonly defaultAction: string
  readonly defaultErrnoRet?: number
  readonly architectures: ReadonlyArray<string>
  readonly syscalls: ReadonlyArray<{
    readonly names: ReadonlyArray<string>
    readonly action: string
    readonly errnoRet?: number
    readonly args?: ReadonlyArray<{
      readonly index: number
      readonly value: bigint
      readonly valueTwo: bigint
      readonly op: string
    }>
  }>
}

const mark = "gantry-number:"

/** A configuration as JSON. Bigints are spelled as numbers: limits and masks go up to 2^64. */
export const printConfig = (value: OciConfig | OciProcess): string =>
  `${JSON.stringify(value, (_, each: unknown) => (typeof each === "bigint" ? `${mark}${each}` : each), 2).replaceAll(
    new RegExp(`"${mark}([0-9]+)"`, "g"),
    "$1"
  )}\n`
