import type { ContainerState, Health } from "@gantry/core/runtime/ContainerState"
import type { ContainerRecord, HealthSettings } from "@gantry/engine/containers/ContainerRecord"
import { signalName } from "@gantry/engine/containers/words"
import { inspectNetworks } from "./inspect-networks.ts"
import { rfc3339 } from "./time.ts"

/** Fields of `inspect` whose keys are data: templates may ask for a key that is not there. */
export const mapFields: ReadonlySet<string> = new Set([
  "Annotations",
  "DeviceMapper",
  "ExposedPorts",
  "Labels",
  "Networks",
  "PortBindings",
  "Ports",
  "Sysctls",
  "Tmpfs",
  "Volumes"
])

const never = "0001-01-01T00:00:00Z"

const instant = (millis: number): string => rfc3339(BigInt(Math.trunc(millis)) * 1_000_000n)

/** A container in the shape of Docker's inspect. Spec: Docker Engine API, ContainerInspect. */
export const inspectContainer = (
  record: ContainerRecord,
  state: ContainerState,
  { health, log }: { readonly log: string; readonly health: Health | undefined },
  size?: { readonly written: number; readonly virtual: number }
): unknown => {
  const { options, spec } = record
  const [path = "", ...args] = spec.process.argv
  return {
    Id: record.id,
    Created: instant(record.createdAt),
    Path: path,
    Args: args,
    State: { ...stateOf(state), ...(health === undefined ? {} : { Health: healthOf(health) }) },
    Image: record.image,
    ResolvConfPath: "",
    HostnamePath: "",
    HostsPath: "",
    LogPath: log,
    Name: `/${record.name}`,
    RestartCount: "restarts" in state ? (state.restarts ?? 0) : 0,
    Driver: "overlay",
    Platform: "linux",
    MountLabel: "",
    ProcessLabel: "",
    AppArmorProfile: "",
    ExecIDs: null,
    HostConfig: hostConfigOf(record),
    GraphDriver: { Name: "overlay", Data: spec.root },
    Mounts: record.mounts.map((mount) => ({
      Type: mount.type,
      ...(mount.name === "" ? {} : { Name: mount.name }),
      Source: mount.source,
      Destination: mount.target,
      ...(mount.type === "volume" ? { Driver: "local" } : {}),
      Mode: "",
      RW: !mount.readonly,
      Propagation: mount.type === "bind" ? "rprivate" : ""
    })),
    Config: {
      Hostname: spec.hostname,
      Domainname: spec.domainname ?? "",
      User: spec.process.user,
      AttachStdin: options.stdinOnce,
      AttachStdout: options.stdinOnce,
      AttachStderr: options.stdinOnce,
      ...(options.health === undefined ? {} : { Healthcheck: healthcheckOf(options.health) }),
      ...(options.exposed.length === 0 ? {} : { ExposedPorts: emptyValues(options.exposed) }),
      Tty: spec.process.tty,
      OpenStdin: options.stdin,
      StdinOnce: options.stdinOnce,
      Env: spec.process.env,
      Cmd: options.command.length === 0 ? null : options.command,
      Image: record.imageName,
      Volumes: volumesOf(record),
      WorkingDir: spec.process.cwd,
      Entrypoint: options.entrypoint.length === 0 ? null : options.entrypoint,
      Labels: record.labels,
      StopSignal: signalName(options.stopSignal),
      StopTimeout: options.stopTimeout
    },
    NetworkSettings: inspectNetworks(record, state),
    ...(size === undefined ? {} : { SizeRw: size.written, SizeRootFs: size.virtual })
  }
}

const healthOf = ({ log, status, streak }: Health) => ({
  Status: status,
  FailingStreak: streak,
  Log: log.map(({ end, exitCode, output, start }) => ({
    Start: instant(start),
    End: instant(end),
    ExitCode: exitCode,
    Output: output
  }))
})

/** In nanoseconds, as Docker has it. */
const healthcheckOf = ({ interval, retries, startInterval, startPeriod, test, timeout }: HealthSettings) => ({
  Test: test,
  Interval: interval * 1e6,
  Timeout: timeout * 1e6,
  StartPeriod: startPeriod * 1e6,
  StartInterval: startInterval * 1e6,
  Retries: retries
})

const emptyValues = (keys: ReadonlyArray<string>) => Object.fromEntries(keys.map((key) => [key, {}]))

const volumesOf = ({ mounts }: ContainerRecord) => {
  const targets = mounts.filter(({ type }) => type === "volume").map(({ target }) => target)
  return targets.length === 0 ? null : emptyValues(targets)
}

const stateOf = (state: ContainerState) => {
  const running = state.status === "running"
  const exit = state.status === "exited" || state.status === "restarting" ? state.exit : undefined
  const lost = state.status === "lost"
  return {
    Status: running && state.paused ? "paused" : lost ? "exited" : state.status,
    Running: running || state.status === "restarting",
    Paused: running && state.paused,
    Restarting: state.status === "restarting",
    OOMKilled: exit?.oomKilled ?? false,
    Dead: false,
    Pid: running ? (state.pid ?? 0) : 0,
    ExitCode: lost ? 137 : (exit?.code ?? 0),
    Error: lost ? "its supervisor was killed" : (exit?.error ?? ""),
    StartedAt: "startedAt" in state ? instant(state.startedAt) : never,
    FinishedAt: "finishedAt" in state ? instant(state.finishedAt) : never
  }
}

const hostConfigOf = ({ mounts, options, spec }: ContainerRecord) => ({
  Binds: mounts
    .filter(({ anonymous, type }) => type !== "tmpfs" && !anonymous)
    .map(({ name, readonly, source, target }) => `${name === "" ? source : name}:${target}${readonly ? ":ro" : ""}`),
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
  VolumesFrom: null,
  CapAdd: null,
  CapDrop: null,
  CgroupnsMode: spec.namespaces.cgroup === "own" ? "private" : "host",
  Dns: options.dns,
  DnsOptions: options.dnsOptions,
  DnsSearch: options.dnsSearch,
  ExtraHosts: options.hosts.map(({ address, name }) => `${name}:${address}`),
  GroupAdd: spec.process.groups,
  IpcMode: spec.namespaces.ipc === "own" ? "private" : "host",
  OomScoreAdj: spec.process.oomScoreAdj ?? 0,
  PidMode: spec.namespaces.pid === "own" ? "" : "host",
  Privileged: spec.privileged,
  PublishAllPorts: false,
  ReadonlyRootfs: spec.readonlyRoot,
  SecurityOpt: spec.process.noNewPrivileges ? ["no-new-privileges"] : null,
  UTSMode: spec.namespaces.uts === "own" ? "" : "host",
  UsernsMode: "",
  ShmSize: spec.shmBytes,
  Sysctls: spec.sysctls,
  Runtime: "namespace",
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
  Ulimits: spec.process.rlimits.map(({ hard, name, soft }) => ({ Name: name, Hard: hard, Soft: soft }))
})

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
