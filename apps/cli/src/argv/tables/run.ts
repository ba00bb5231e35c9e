import type { Command } from "../Command.ts"
import type { OptionTable } from "../Option.ts"
import { names } from "./names.ts"
import { resourceOptions, restartOption } from "./resources.ts"

const windows = "it is for Windows containers"

/** What `run` and `create` have in common, in the order of help's sections rather than of the alphabet. */
const containerOptions = {
  attach: { kind: "list", short: "a", about: "Attach to STDIN, STDOUT or STDERR" },
  interactive: { kind: "flag", short: "i", about: "Keep STDIN open even when nobody is attached" },
  tty: { kind: "flag", short: "t", about: "Give the command a terminal" },
  rm: { kind: "flag", about: "Remove the container and its anonymous volumes when it ends" },
  name: { kind: "text", about: "Name of the container" },
  replace: { kind: "flag", about: "Remove the container that has the name, running or not" },
  cidfile: { kind: "text", about: "Write the container's id to this file, which must not exist" },
  rootfs: { kind: "flag", about: "What follows is a directory of the host, not an image; with :O it is not changed" },
  pull: { kind: "text", about: 'When to pull the image ("always", "missing", "never") (default "missing")' },
  platform: { kind: "text", about: "Platform of the image, as os/arch[/variant]" },
  quiet: { kind: "flag", short: "q", about: "Do not show the progress of a pull" },

  publish: { kind: "list", short: "p", about: "Publish a port of the container on the host" },
  publishAll: { kind: "flag", short: "P", about: "Publish all exposed ports on free host ports" },
  expose: { kind: "list", about: "Expose a port or a range of ports" },
  network: { kind: "list", also: ["net"], value: "network", about: "Network to join" },
  networkAlias: { kind: "list", also: ["net-alias"], about: "Further name in the network" },
  ip: { kind: "text", about: "IPv4 address, such as 172.30.100.104" },
  ip6: { kind: "text", about: "IPv6 address, such as 2001:db8::33" },
  linkLocalIp: { kind: "list", about: "Link-local addresses", supported: false },
  macAddress: { kind: "text", about: "Hardware address, such as 92:d0:c6:0a:29:33" },
  link: { kind: "list", about: "Link to another container", supported: false },
  hostname: { kind: "text", short: "h", about: "Host name inside the container" },
  domainname: { kind: "text", about: "NIS domain name inside the container" },
  dns: { kind: "list", about: "DNS servers" },
  dnsSearch: { kind: "list", about: "DNS search domains" },
  dnsOption: { kind: "list", also: ["dns-opt"], about: "DNS options" },
  addHost: { kind: "list", about: "Add a line to the hosts file (host:ip)" },

  env: { kind: "list", short: "e", about: "Set a variable, or copy it from the caller" },
  envFile: { kind: "list", about: "Read variables from a file" },
  envFileFormat: {
    kind: "text",
    about: 'How --env-file is read: "docker", or "dotenv" with quotes (default "docker")'
  },
  envHost: { kind: "flag", about: "Start from all variables of the caller" },
  unsetenvAll: { kind: "flag", about: "Start with none of the variables that the image sets or gantry adds" },
  unsetenv: { kind: "list", about: "Remove a variable that the image sets" },
  workdir: { kind: "text", short: "w", about: "Working directory inside the container" },
  user: { kind: "text", short: "u", about: "User name or id, as user[:group]" },
  umask: { kind: "text", about: "Rights that new files do not get, in octal (default 022)" },
  passwdEntry: {
    kind: "text",
    about: "Line of /etc/passwd for a user who is a number ($UID, $HOME …)"
  },
  groupAdd: { kind: "list", about: "Further groups of the user" },
  entrypoint: { kind: "text", about: "Replace the ENTRYPOINT of the image, and drop its CMD" },
  init: { kind: "flag", about: "Run a small init that forwards signals and reaps processes" },
  stopSignal: { kind: "text", about: "Signal that stops the container" },
  stopTimeout: { kind: "number", about: "Seconds to wait before the container is killed" },
  timeout: { kind: "number", about: "Seconds after which the container is stopped; 0 for never" },
  tz: { kind: "text", about: "Time zone of this host, such as Europe/Berlin, or local" },

  volume: {
    kind: "list",
    short: "v",
    about: "Mount a directory of the host or a volume (:ro, :idmap)"
  },
  mount: { kind: "list", value: "mount", about: "Mount described by key=value pairs" },
  tmpfs: { kind: "list", about: "Mount an empty file system in memory" },
  secret: {
    kind: "list",
    value: "secret",
    about: "Give a secret, as a file in memory or a variable: NAME,src=FILE"
  },
  volumeDriver: { kind: "text", about: "Volume driver", supported: false, harmless: ["", "local"] },
  volumesFrom: { kind: "list", about: "Mount the volumes of another container, as NAME[:ro]" },
  storageOpt: { kind: "list", about: "Options of the storage driver", supported: false },
  readOnly: { kind: "flag", about: "Mount the root file system read-only" },
  device: { kind: "list", about: "Give the container a device of the host" },
  deviceCgroupRule: { kind: "list", about: "Further devices that may be used, such as 'c 10:* rw'" },
  gpus: { kind: "list", value: "gpu-request", about: "GPUs to give to the container", supported: false },
  useApiSocket: { kind: "flag", about: "Mount the API socket", supported: false },

  privileged: { kind: "flag", about: "Lift the isolation from host devices and privileges" },
  capAdd: { kind: "list", about: "Add Linux capabilities" },
  capDrop: { kind: "list", about: "Drop Linux capabilities" },
  securityOpt: { kind: "list", about: "Security options, such as seccomp=profile.json" },
  userns: { kind: "text", about: "Users: host, keep-id[:uid=N] (not for root), or auto" },
  pid: { kind: "text", about: 'PID namespace ("host", "private" or "container:NAME")' },
  ipc: { kind: "text", about: 'IPC namespace ("host", "private", "shareable", "none" or "container:NAME")' },
  uts: { kind: "text", about: 'UTS namespace ("host" or "private")' },
  cgroupns: { kind: "text", about: 'Cgroup namespace ("host" or "private")' },
  cgroupParent: { kind: "text", about: "Control group to run below, such as /batch" },
  sysctl: { kind: "list", value: "map", about: "Kernel parameters of the container's namespaces" },
  ...resourceOptions,

  restart: restartOption,
  healthCmd: { kind: "text", about: "Command that checks the container's health" },
  healthInterval: { kind: "text", about: "Time between checks (default 30s)" },
  healthOnFailure: {
    kind: "text",
    about: "What to do when it has become unhealthy: none, kill, restart or stop (default none)"
  },
  healthRetries: { kind: "number", about: "Failures in a row that make it unhealthy (default 3)" },
  healthStartInterval: { kind: "text", about: "Time between checks during the start period" },
  healthStartPeriod: { kind: "text", about: "Time before failures count" },
  healthTimeout: { kind: "text", about: "Longest time of a check (default 30s)" },
  noHealthcheck: { kind: "flag", about: "Ignore the HEALTHCHECK of the image" },

  label: { kind: "list", short: "l", about: "Label of the container" },
  labelFile: { kind: "list", about: "Read labels from a file" },
  annotation: { kind: "list", value: "map", about: "Annotation for runtimes and other programs" },
  logDriver: { kind: "text", about: 'Where output is kept ("json-file", "local", "none") (default "json-file")' },
  logOpt: { kind: "list", about: "Option of the log driver: max-size=10m, max-file=3, labels=x, env=x, …-regex=x" },
  runtime: { kind: "text", about: 'Runtime to use ("namespace", "runc", "crun", "youki", "runsc" or a path)' },

  disableContentTrust: {
    kind: "flag",
    fallback: true,
    about: "Skip verification",
    ignored: "digests are always verified"
  },
  isolation: { kind: "text", about: "Isolation technology", ignored: windows },
  cpuCount: { kind: "number", about: "CPU count", ignored: windows },
  cpuPercent: { kind: "number", about: "CPU percent", ignored: windows },
  ioMaxbandwidth: { kind: "text", about: "Bandwidth limit", ignored: windows },
  ioMaxiops: { kind: "text", about: "IO limit", ignored: windows },
  kernelMemory: { kind: "text", about: "Kernel memory", ignored: "kernels no longer have this limit" }
} as const satisfies OptionTable

const operands = { usage: "[OPTIONS] IMAGE [COMMAND] [ARG...]", interspersed: false, operands: { min: 1 } } as const

/** `gantry run`. What follows IMAGE belongs to the container. */
export const run = {
  ...names.run,
  ...operands,
  options: {
    detach: { kind: "flag", short: "d", about: "Run in the background and print the container's id" },
    ...containerOptions,
    wait: {
      kind: "text",
      bare: "30s",
      value: "duration",
      about: "With -d: wait until it is healthy or listens; fail after this time (default 30s)"
    },
    timings: {
      kind: "text",
      bare: "text",
      value: "form",
      about: "Report at the end how long each part took (text, json)"
    },
    maxStartup: { kind: "text", value: "duration", about: "Fail if the command does not run within this time" },
    sigProxy: { kind: "flag", fallback: true, about: "Pass signals on to the command (default true)" },
    detachKeys: { kind: "text", about: "Keys that detach from the container" }
  }
} as const satisfies Command

/** `gantry create`: `run` without the options about being attached. */
export const create = { ...names.create, ...operands, options: containerOptions } as const satisfies Command
