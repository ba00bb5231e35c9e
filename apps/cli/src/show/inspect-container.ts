import type { ContainerState, Health } from "@gantry/core/runtime/ContainerState"
import type { ContainerSpec, RootSource } from "@gantry/core/runtime/ContainerSpec"
import type { ContainerRecord, HealthSettings, MountRecord } from "@gantry/engine/containers/ContainerRecord"
import { placeOf, type SecretWish } from "@gantry/engine/containers/SecretWish"
import { signalName } from "@gantry/engine/containers/words"
import { hostConfigOf, modeOf } from "./inspect-host-config.ts"
import { inspectNetworks } from "./inspect-networks.ts"
import { rfc3339Of } from "./time.ts"
import { shownState } from "./shown-state.ts"

const never = "0001-01-01T00:00:00Z"

/** A container in the shape of Docker's inspect. Spec: Docker Engine API, ContainerInspect. */
export const inspectContainer = (
  record: ContainerRecord,
  state: ContainerState,
  { health, log }: { readonly log: string; readonly health: Health | undefined },
  size?: { readonly written: number; readonly virtual: number }
): unknown => {
  const { options, spec } = record
  const [path = "", ...args] = spec.process.argv
  // What every start adds is nothing that was asked for.
  const added = new Set([`HOSTNAME=${spec.hostname}`, ...(spec.process.tty ? ["TERM=xterm"] : [])])
  return {
    Id: record.id,
    Created: rfc3339Of(record.createdAt),
    Path: path,
    Args: args,
    State: { ...stateOf(record, state), ...(health === undefined ? {} : { Health: healthOf(health) }) },
    Image: record.image,
    // As Podman has it.
    ...(record.image === "" ? { Rootfs: record.imageName } : {}),
    ResolvConfPath: "",
    HostnamePath: "",
    HostsPath: "",
    LogPath: log,
    Name: `/${record.name}`,
    RestartCount: "restarts" in state ? (state.restarts ?? 0) : 0,
    Driver: "overlay2",
    Platform: "linux",
    MountLabel: "",
    ProcessLabel: "",
    AppArmorProfile: "",
    ExecIDs: null,
    HostConfig: hostConfigOf(record),
    GraphDriver: { Name: "overlay2", Data: layersOf(spec.root) },
    Mounts: record.mounts.flatMap((mount) => (mount.type === "tmpfs" ? [] : [mountOf(mount, spec)])),
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
      Env: spec.process.env.filter((each) => !added.has(each)),
      Cmd: options.command.length === 0 ? null : options.command,
      Image: record.image === "" ? "" : record.imageName,
      Volumes: volumesOf(record),
      WorkingDir: spec.process.cwd,
      Entrypoint: options.entrypoint.length === 0 ? null : options.entrypoint,
      Labels: record.labels,
      StopSignal: signalName(options.stopSignal),
      StopTimeout: options.stopTimeout,
      ...(options.timeout === undefined ? {} : { Timeout: options.timeout }),
      ...(options.timeZone === undefined ? {} : { Timezone: options.timeZone }),
      ...(options.secrets === undefined ? {} : { Secrets: options.secrets.map(secretOf) })
    },
    NetworkSettings: inspectNetworks(record, state),
    ...(size === undefined ? {} : { SizeRw: size.written, SizeRootFs: size.virtual })
  }
}

const healthOf = ({ log, status, streak }: Health) => ({
  Status: status,
  FailingStreak: streak,
  Log: log.map(({ end, exitCode, output, start }) => ({
    Start: rfc3339Of(start),
    End: rfc3339Of(end),
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

/** Where docker's users look for the directories of an overlay. Only the container itself sees them joined. */
const layersOf = (root: RootSource) =>
  root.type === "overlay"
    ? {
        LowerDir: root.lower.map((each) => `${root.directory}/${each}`).join(":"),
        MergedDir: root.target,
        UpperDir: root.upper,
        WorkDir: root.work
      }
    : root

const mountOf = (mount: MountRecord, { mounts }: ContainerSpec) => {
  const { name, readonly, source, target, type } = mount
  const bind = mounts.find((each) => each.type === "bind" && each.target === target)
  const propagation = bind?.type === "bind" ? (bind.propagation ?? "rprivate") : "rprivate"
  return {
    Type: type,
    ...(name === "" ? {} : { Name: name }),
    Source: source,
    Destination: target,
    ...(type === "volume" ? { Driver: "local" } : {}),
    Mode: modeOf(mount),
    RW: !readonly,
    Propagation: type === "bind" ? propagation : ""
  }
}

/** As Podman has it; and where it comes from. */
const secretOf = ({ as, from, id }: SecretWish) => ({
  Name: id,
  Source: placeOf({ from }),
  ...(as.type === "env"
    ? { Type: "env", Target: as.name }
    : { Type: "mount", Target: as.target, UID: as.uid, GID: as.gid, Mode: as.mode })
})

const emptyValues = (keys: ReadonlyArray<string>) => Object.fromEntries(keys.map((key) => [key, {}]))

/** The places that the image or a nameless `-v` wants on a volume. */
const volumesOf = ({ mounts }: ContainerRecord) => {
  const targets = mounts.filter(({ anonymous }) => anonymous).map(({ target }) => target)
  return targets.length === 0 ? null : emptyValues(targets)
}

const stateOf = (record: ContainerRecord, state: ContainerState) => {
  const running = state.status === "running"
  const exit = state.status === "exited" || state.status === "restarting" ? state.exit : undefined
  const lost = state.status === "lost"
  return {
    Status: shownState(record, state).kind,
    Running: running || state.status === "restarting",
    Paused: running && state.paused,
    Restarting: state.status === "restarting",
    OOMKilled: exit?.oomKilled ?? false,
    Dead: false,
    Pid: running ? (state.pid ?? 0) : 0,
    ExitCode: lost ? 137 : (exit?.code ?? 0),
    Error: lost ? "its supervisor was killed" : (exit?.error ?? ""),
    StartedAt: "startedAt" in state ? rfc3339Of(state.startedAt) : never,
    FinishedAt: "finishedAt" in state ? rfc3339Of(state.finishedAt) : never
  }
}
