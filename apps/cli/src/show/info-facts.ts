import { builtInNetworks } from "@gantry/core/network/Network"
import { binarySize } from "./usage-row.ts"

/** What is known of an engine and its host. */
export interface EngineFacts {
  readonly root: string
  readonly runtime: string
  /** Other runtimes that `--runtime` can name here, and where they are. */
  readonly runtimes: ReadonlyArray<{ readonly name: string; readonly path: string }>
  readonly version: string
  readonly containers: { readonly running: number; readonly paused: number; readonly stopped: number }
  readonly images: number
  /** Version of the cgroups, and whether there are any. */
  readonly cgroups: "v1" | "v2" | "none"
  /** The engine may divide them. */
  readonly limits: boolean
  readonly id: string
  readonly host: {
    readonly name: string
    readonly system: string
    readonly systemVersion: string
    readonly kernel: string
    /** As `uname -m` calls it. */
    readonly machine: string
    readonly processors: number
    /** Bytes. */
    readonly memory: number
    readonly forwarding: boolean
    readonly root: boolean
  }
  readonly proxy: { readonly http: string; readonly https: string; readonly none: string }
  /** Milliseconds since 1970. */
  readonly now: number
}

const costs = "containers have no limits and cannot be paused"

/** What `info --format` shows: Docker's fields, as far as there is such a thing here. */
export const infoFacts = (facts: EngineFacts) => {
  const { cgroups, containers, host, limits, proxy } = facts
  return {
    ID: facts.id,
    Containers: containers.running + containers.paused + containers.stopped,
    ContainersRunning: containers.running,
    ContainersPaused: containers.paused,
    ContainersStopped: containers.stopped,
    Images: facts.images,
    Driver: "overlay2",
    DriverStatus: [["Backing Driver", "gantry layers on overlayfs"]],
    Plugins: {
      Volume: ["local"],
      Network: builtInNetworks,
      Authorization: null,
      Log: ["json-file", "local", "none"]
    },
    MemoryLimit: limits,
    SwapLimit: limits,
    CpuCfsPeriod: limits,
    CpuCfsQuota: limits,
    CPUShares: limits,
    CPUSet: limits,
    PidsLimit: limits,
    IPv4Forwarding: host.forwarding,
    Debug: false,
    OomKillDisable: false,
    SystemTime: new Date(facts.now).toISOString(),
    LoggingDriver: "json-file",
    CgroupDriver: limits ? "cgroupfs" : "none",
    CgroupVersion: cgroups === "v2" ? "2" : cgroups === "v1" ? "1" : "",
    KernelVersion: host.kernel,
    OperatingSystem: host.system,
    OSVersion: host.systemVersion,
    OSType: "linux",
    Architecture: host.machine,
    IndexServerAddress: "https://index.docker.io/v1/",
    NCPU: host.processors,
    MemTotal: host.memory,
    DockerRootDir: facts.root,
    HttpProxy: proxy.http,
    HttpsProxy: proxy.https,
    NoProxy: proxy.none,
    Name: host.name,
    Labels: [],
    ExperimentalBuild: false,
    ServerVersion: facts.version,
    Runtimes: {
      ...Object.fromEntries(facts.runtimes.map(({ name, path }) => [name, { path }])),
      [facts.runtime]: { path: facts.runtime }
    },
    DefaultRuntime: facts.runtime,
    Swarm: {
      NodeID: "",
      NodeAddr: "",
      LocalNodeState: "inactive",
      ControlAvailable: false,
      Error: "",
      RemoteManagers: null
    },
    LiveRestoreEnabled: true,
    Isolation: "",
    SecurityOptions: ["name=seccomp,profile=builtin", ...(host.root ? [] : ["name=rootless"])],
    Warnings: limits
      ? null
      : [
          `WARNING: ${host.root ? "this host has no control groups" : "this user was given no control groups"}: ${costs}`
        ],
    ClientInfo: { Debug: false, Version: facts.version, Context: "default", Plugins: [], Warnings: null }
  }
}

/** The same for people. */
export const infoText = (facts: ReturnType<typeof infoFacts>): string =>
  [
    "Client:",
    ` Version:    ${facts.ClientInfo.Version}`,
    " Context:    default",
    " Debug Mode: false",
    "",
    "Server:",
    ` Containers: ${facts.Containers}`,
    `  Running: ${facts.ContainersRunning}`,
    `  Paused: ${facts.ContainersPaused}`,
    `  Stopped: ${facts.ContainersStopped}`,
    ` Images: ${facts.Images}`,
    ` Server Version: ${facts.ServerVersion}`,
    ` Storage Driver: ${facts.Driver}`,
    ` Logging Driver: ${facts.LoggingDriver}`,
    ` Cgroup Driver: ${facts.CgroupDriver}`,
    ` Cgroup Version: ${facts.CgroupVersion}`,
    " Plugins:",
    `  Volume: ${facts.Plugins.Volume.join(" ")}`,
    `  Network: ${facts.Plugins.Network.join(" ")}`,
    `  Log: ${facts.Plugins.Log.join(" ")}`,
    " Swarm: inactive",
    ` Runtimes: ${Object.keys(facts.Runtimes).join(" ")}`,
    ` Default Runtime: ${facts.DefaultRuntime}`,
    " Security Options:",
    ...facts.SecurityOptions.map(
      (option) => `  ${option.replace(/^name=/, "").replace(",profile=", "\n   Profile: ")}`
    ),
    ` Kernel Version: ${facts.KernelVersion}`,
    ` Operating System: ${facts.OperatingSystem}`,
    ` OSType: ${facts.OSType}`,
    ` Architecture: ${facts.Architecture}`,
    ` CPUs: ${facts.NCPU}`,
    ` Total Memory: ${binarySize(facts.MemTotal)}`,
    ` Name: ${facts.Name}`,
    ` ID: ${facts.ID}`,
    ` Docker Root Dir: ${facts.DockerRootDir}`,
    ` Debug Mode: ${facts.Debug}`,
    ` Experimental: ${facts.ExperimentalBuild}`,
    ` Live Restore Enabled: ${facts.LiveRestoreEnabled}`,
    ""
  ].join("\n")
