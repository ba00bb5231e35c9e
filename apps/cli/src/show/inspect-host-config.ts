import type { BlockResource, ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import type { ContainerRecord, MountRecord } from "@gantry/engine/containers/ContainerRecord"
import { capabilityName } from "../argv/values/capability.ts"
import { ownRuntime } from "../argv/values/own-runtime.ts"

/** How a container is tied to the host, in the shape of Docker's inspect. What gantry never does has Docker's word for it. */
export const hostConfigOf = ({ mounts, options, spec }: ContainerRecord) => ({
  Binds: mounts
    .filter(({ anonymous, type }) => type !== "tmpfs" && type !== "image" && !anonymous)
    .map((mount) => {
      const mode = modeOf(mount)
      return `${mount.name === "" ? mount.source : mount.name}:${mount.target}${mode === "" ? "" : `:${mode}`}`
    }),
  ContainerIDFile: "",
  LogConfig: {
    Type: options.log.asked?.type ?? (options.log.driver === "none" ? "none" : "json-file"),
    Config: options.log.asked?.options ?? {}
  },
  NetworkMode: options.network,
  PortBindings: portBindingsOf(options.ports),
  RestartPolicy: { Name: options.restart?.policy ?? "no", MaximumRetryCount: options.restart?.most ?? 0 },
  AutoRemove: options.autoRemove,
  VolumeDriver: "",
  VolumesFrom: options.volumesFrom ?? null,
  CapAdd: capabilities(options.capAdd),
  CapDrop: capabilities(options.capDrop),
  CgroupnsMode: spec.namespaces.cgroup === "own" ? "private" : "host",
  Dns: options.dns,
  DnsOptions: options.dnsOptions,
  DnsSearch: options.dnsSearch,
  ExtraHosts: options.hosts.map(({ address, name }) => `${name}:${address}`),
  GroupAdd: spec.process.groups,
  IpcMode: ipcModeOf({ options, spec }),
  OomScoreAdj: spec.process.oomScoreAdj ?? 0,
  PidMode:
    options.joins?.pid === undefined ? (spec.namespaces.pid === "own" ? "" : "host") : `container:${options.joins.pid}`,
  Privileged: spec.privileged,
  PublishAllPorts: options.publishAll ?? false,
  ReadonlyRootfs: spec.readonlyRoot,
  SecurityOpt: securityOf(spec),
  UTSMode: spec.namespaces.uts === "own" ? "" : "host",
  UsernsMode: options.userns ?? "",
  ShmSize: spec.shmBytes,
  Sysctls: spec.sysctls,
  Runtime: spec.runtime ?? ownRuntime,
  Init: spec.init,
  CpuShares: spec.resources.cpuShares ?? 0,
  Memory: spec.resources.memoryBytes ?? 0,
  NanoCpus: spec.resources.nanoCpus ?? 0,
  CpuPeriod: spec.resources.cpuPeriodUs ?? 0,
  CpuQuota: spec.resources.cpuQuotaUs ?? 0,
  CpusetCpus: spec.resources.cpusetCpus ?? "",
  CpusetMems: spec.resources.cpusetMems ?? "",
  MemoryReservation: spec.resources.memoryReservationBytes ?? 0,
  MemorySwap: spec.resources.memorySwapBytes ?? 0,
  PidsLimit: spec.resources.pids ?? null,
  Devices: spec.devices.map(({ access, containerPath, hostPath }) => ({
    PathOnHost: hostPath,
    PathInContainer: containerPath,
    CgroupPermissions: access
  })),
  Tmpfs: tmpfsOf(spec),
  Annotations: options.annotations ?? null,
  BlkioDeviceReadBps: ratesOf(spec, "readBps"),
  BlkioDeviceReadIOps: ratesOf(spec, "readIops"),
  BlkioDeviceWriteBps: ratesOf(spec, "writeBps"),
  BlkioDeviceWriteIOps: ratesOf(spec, "writeIops"),
  BlkioWeight: spec.resources.blockWeight ?? 0,
  BlkioWeightDevice: blockOf(spec, "weight", (Path, Weight) => ({ Path, Weight })),
  Cgroup: "",
  CgroupParent: spec.cgroupParent ?? "",
  ConsoleSize: [0, 0],
  CpuCount: 0,
  CpuPercent: 0,
  CpuRealtimePeriod: 0,
  CpuRealtimeRuntime: 0,
  DeviceCgroupRules: spec.deviceRules ?? null,
  DeviceRequests:
    options.cdiDevices === undefined
      ? null
      : [{ Driver: "cdi", Count: 0, DeviceIDs: options.cdiDevices, Capabilities: null, Options: null }],
  IOMaximumBandwidth: 0,
  IOMaximumIOps: 0,
  Isolation: "",
  Links: null,
  MemorySwappiness: spec.resources.swappiness ?? null,
  OomKillDisable: spec.resources.oomKillDisable ?? false,
  Ulimits: spec.process.rlimits.map(({ hard, name, soft }) => ({ Name: name, Hard: hard, Soft: soft }))
})

/** The third part of a `-v`. */
export const modeOf = ({ idMap, readonly }: Pick<MountRecord, "idMap" | "readonly">): string =>
  [...(readonly ? ["ro"] : []), ...(idMap === undefined ? [] : [idMap])].join(",")

const ipcModeOf = ({ options, spec }: Pick<ContainerRecord, "options" | "spec">): string => {
  if (options.joins?.ipc !== undefined) return `container:${options.joins.ipc}`
  if (options.ipcShareable === true) return "shareable"
  return spec.namespaces.ipc === "host" ? "host" : spec.shmBytes === 0 ? "none" : "private"
}

const blockOf = <A>(
  { resources }: ContainerSpec,
  kind: BlockResource["kind"],
  show: (path: string, value: number) => A
): ReadonlyArray<A> | null => {
  const limits = (resources.block ?? []).filter((each) => each.kind === kind)
  return limits.length === 0 ? null : limits.map(({ path, value }) => show(path, value))
}

const ratesOf = (spec: ContainerSpec, kind: BlockResource["kind"]) =>
  blockOf(spec, kind, (Path, Rate) => ({ Path, Rate }))

/** One container port may be published several times. */
const portBindingsOf = (requests: ContainerRecord["options"]["ports"]) => {
  const bindings: Record<string, Array<{ HostIp: string; HostPort: string }>> = {}
  for (const { containerPort, hostIp = "", hostPort = "", protocol } of requests) {
    const key = `${containerPort}/${protocol}`
    const port = typeof hostPort === "object" ? `${hostPort.first}-${hostPort.last}` : String(hostPort)
    bindings[key] = [...(bindings[key] ?? []), { HostIp: hostIp, HostPort: port }]
  }
  return bindings
}

const capabilities = (names: ReadonlyArray<string> = []): ReadonlyArray<string> | null =>
  names.length === 0 ? null : names.map(capabilityName)

const securityOf = ({ pathsUnmasked, privileged, process }: ContainerSpec): ReadonlyArray<string> | null => {
  const options = [
    ...(process.noNewPrivileges ? ["no-new-privileges"] : []),
    ...(pathsUnmasked ? ["systempaths=unconfined"] : []),
    ...(process.seccomp.type === "unconfined" && !privileged ? ["seccomp=unconfined"] : []),
    ...(process.seccomp.type === "profile" ? [`seccomp=${process.seccomp.profile}`] : [])
  ]
  return options.length === 0 ? null : options
}

const tmpfsOf = ({ mounts }: ContainerSpec) =>
  Object.fromEntries(mounts.flatMap((mount) => (mount.type === "tmpfs" ? [[mount.target, mount.options]] : [])))
