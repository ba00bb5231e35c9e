import type { Command } from "../Command.ts"
import type { OptionTable } from "../Option.ts"
import { names } from "./names.ts"
import { resourceOptions, restartOption } from "./resources.ts"

const someContainers = {
  usage: "[OPTIONS] CONTAINER [CONTAINER...]",
  interspersed: true,
  operands: { min: 1 }
} as const

/** `gantry start`. */
export const start = {
  ...names.start,
  ...someContainers,
  options: {
    attach: { kind: "flag", short: "a", about: "Attach STDOUT and STDERR, and pass signals on" },
    interactive: { kind: "flag", short: "i", about: "Attach STDIN" },
    detachKeys: { kind: "text", about: "Keys that detach from the container" },
    sigProxy: { kind: "flag", fallback: true, about: "Pass signals on to the command (default true)" }
  }
} as const satisfies Command

/** `gantry stop`. */
export const stop = {
  ...names.stop,
  ...someContainers,
  options: {
    signal: { kind: "text", short: "s", about: "Signal to send first" },
    timeout: { kind: "number", short: "t", also: ["time"], about: "Seconds to wait before the container is killed" }
  }
} as const satisfies Command

/** `gantry kill`. */
export const kill = {
  ...names.kill,
  ...someContainers,
  options: { signal: { kind: "text", short: "s", about: 'Signal to send (default "KILL")' } }
} as const satisfies Command

/** `gantry rm`. */
export const rm = {
  ...names.rm,
  ...someContainers,
  options: {
    force: { kind: "flag", short: "f", about: "Kill the container first if it is running" },
    volumes: { kind: "flag", short: "v", about: "Remove its anonymous volumes too" },
    link: { kind: "flag", short: "l", about: "Remove a link", supported: false }
  }
} as const satisfies Command

/** `gantry wait`. */
export const wait = {
  ...names.wait,
  ...someContainers,
  options: {
    condition: {
      kind: "list",
      value: "condition",
      about: "What to wait for: running, paused, exited, healthy, unhealthy, removed and others; an end without it"
    },
    interval: { kind: "text", short: "i", about: "Time between looks at conditions (default 250ms)" }
  }
} as const satisfies Command

/** `gantry pause`. */
export const pause = {
  ...names.pause,
  ...someContainers,
  usage: "CONTAINER [CONTAINER...]",
  options: {} satisfies OptionTable
} as const satisfies Command

/** `gantry unpause`. */
export const unpause = {
  ...names.unpause,
  ...someContainers,
  usage: "CONTAINER [CONTAINER...]",
  options: {} satisfies OptionTable
} as const satisfies Command

/** `gantry restart`. */
export const restart = { ...stop, ...names.restart } as const satisfies Command

/** `gantry update`. */
export const update = {
  ...names.update,
  ...someContainers,
  options: {
    memory: resourceOptions.memory,
    memorySwap: resourceOptions.memorySwap,
    memoryReservation: resourceOptions.memoryReservation,
    cpus: resourceOptions.cpus,
    cpuShares: resourceOptions.cpuShares,
    cpusetCpus: resourceOptions.cpusetCpus,
    cpusetMems: resourceOptions.cpusetMems,
    cpuPeriod: resourceOptions.cpuPeriod,
    cpuQuota: resourceOptions.cpuQuota,
    pidsLimit: resourceOptions.pidsLimit,
    blkioWeight: resourceOptions.blkioWeight,
    restart: restartOption
  }
} as const satisfies Command

/** `gantry rename`. */
export const rename = {
  ...names.rename,
  usage: "CONTAINER NEW_NAME",
  interspersed: true,
  operands: { min: 2, max: 2 },
  options: {} satisfies OptionTable
} as const satisfies Command

/** `gantry attach`. */
export const attach = {
  ...names.attach,
  usage: "[OPTIONS] CONTAINER",
  interspersed: true,
  operands: { min: 1, max: 1 },
  options: {
    detachKeys: { kind: "text", about: "Keys that detach from the container" },
    noStdin: { kind: "flag", about: "Do not attach STDIN" },
    sigProxy: { kind: "flag", fallback: true, about: "Pass signals on to the command (default true)" }
  }
} as const satisfies Command

/** `gantry exec`. What follows CONTAINER belongs to the command. */
export const exec = {
  ...names.exec,
  usage: "[OPTIONS] CONTAINER COMMAND [ARG...]",
  interspersed: false,
  operands: { min: 2 },
  options: {
    detach: { kind: "flag", short: "d", about: "Run in the background" },
    detachKeys: { kind: "text", about: "Keys that detach from the command" },
    env: { kind: "list", short: "e", about: "Set a variable, or copy it from the caller" },
    envFile: { kind: "list", about: "Read variables from a file" },
    interactive: { kind: "flag", short: "i", about: "Keep STDIN open even when nobody is attached" },
    privileged: { kind: "flag", about: "Give the command all privileges" },
    tty: { kind: "flag", short: "t", about: "Give the command a terminal" },
    user: { kind: "text", short: "u", about: "User name or id, as user[:group]" },
    workdir: { kind: "text", short: "w", about: "Working directory inside the container" }
  }
} as const satisfies Command

/** `gantry logs`. */
export const logs = {
  ...names.logs,
  usage: "[OPTIONS] CONTAINER [CONTAINER...]",
  interspersed: true,
  operands: { min: 1 },
  options: {
    follow: { kind: "flag", short: "f", about: "Go on until the container stops" },
    grep: { kind: "text", value: "pattern", about: "Only lines that match this regular expression" },
    tail: { kind: "text", short: "n", about: 'Number of lines from the end (default "all")' },
    timestamps: { kind: "flag", short: "t", about: "Begin each line with its time" },
    since: { kind: "text", about: 'Only what is newer than this time, or than an age such as "42m"' },
    until: { kind: "text", about: 'Only what is older than this time, or than an age such as "42m"' },
    details: { kind: "flag", about: "Begin each line with the labels and variables that --log-opt chose" }
  }
} as const satisfies Command
