import type { Command } from "../../Command.ts"
import type { OptionTable } from "../../Option.ts"
import { projectNames, services } from "./names.ts"

const timeout = { kind: "number", short: "t", about: "Seconds to wait before containers are killed" } as const

const waitTimeout = { kind: "number", about: "Longest time to wait, in seconds" } as const

const noDeps = { kind: "flag", about: "Do not start what the services depend on" } as const

/** What `up` and `create` have in common. */
const making = {
  build: { kind: "flag", about: "Build images first" },
  noBuild: { kind: "flag", about: "Do not build, even if an image is missing" },
  forceRecreate: { kind: "flag", about: "Make containers anew even if nothing has changed" },
  noRecreate: { kind: "flag", about: "Leave containers as they are even if something has changed" },
  pull: { kind: "text", about: 'When to pull images ("always", "missing", "never", "policy") (default "policy")' },
  quietPull: { kind: "flag", about: "Do not show the progress of pulls" },
  removeOrphans: {
    kind: "flag",
    about: "Remove containers of services that the files do not have, and ended ones of compose run"
  },
  scale: { kind: "list", value: "scale", about: "How many containers of a service, as SERVICE=NUMBER" },
  yes: { kind: "flag", short: "y", also: ["assume-yes"], about: "Assume yes", ignored: "nothing is asked" }
} as const satisfies OptionTable

/** `gantry compose up`. */
export const up = {
  ...projectNames.up,
  ...services,
  options: {
    ...making,
    detach: { kind: "flag", short: "d", about: "Run in the background" },
    wait: { kind: "flag", about: "Run in the background, and wait until services run or are healthy" },
    waitTimeout,
    noDeps,
    noStart: { kind: "flag", about: "Do not start what was created" },
    alwaysRecreateDeps: { kind: "flag", about: "Make the containers of dependencies anew" },
    renewAnonVolumes: {
      kind: "flag",
      short: "V",
      about: "Give containers that are made anew new anonymous volumes"
    },
    abortOnContainerExit: { kind: "flag", about: "Stop all when one container ends" },
    abortOnContainerFailure: { kind: "flag", about: "Stop all when one container fails" },
    exitCodeFrom: { kind: "text", value: "service", about: "End with the exit code of this service" },
    attach: { kind: "list", value: "service", about: "Show the output of this service only" },
    attachDependencies: { kind: "flag", about: "Show the output of dependencies too" },
    noAttach: { kind: "list", value: "service", about: "Do not show the output of this service" },
    noColor: { kind: "flag", about: "Do not colour names" },
    noLogPrefix: { kind: "flag", about: "Do not show names before lines" },
    timestamps: { kind: "flag", about: "Show times before lines" },
    timeout,
    quietBuild: { kind: "flag", about: "Do not show the progress of builds" },
    menu: { kind: "flag", about: "Menu", ignored: "there is no menu" },
    watch: { kind: "flag", short: "w", about: "Rebuild or refresh services when files change" }
  }
} as const satisfies Command

/** `gantry compose create`. */
export const create = { ...projectNames.create, ...services, options: making } as const satisfies Command

/** `gantry compose down`. */
export const down = {
  ...projectNames.down,
  ...services,
  options: {
    removeOrphans: making.removeOrphans,
    rmi: { kind: "text", about: 'Remove images, too ("local": those without a name of their own, "all")' },
    timeout,
    volumes: { kind: "flag", short: "v", about: "Remove volumes that the files declare, and anonymous ones" }
  }
} as const satisfies Command

/** `gantry compose start`. */
export const start = {
  ...projectNames.start,
  ...services,
  options: {
    wait: { kind: "flag", about: "Wait until services run or are healthy" },
    waitTimeout
  }
} as const satisfies Command

/** `gantry compose stop`. */
export const stop = { ...projectNames.stop, ...services, options: { timeout } } as const satisfies Command

/** `gantry compose restart`. */
export const restart = {
  ...projectNames.restart,
  ...services,
  options: { noDeps: { kind: "flag", about: "Do not restart what depends on the services" }, timeout }
} as const satisfies Command

/** `gantry compose kill`. */
export const kill = {
  ...projectNames.kill,
  ...services,
  options: {
    removeOrphans: making.removeOrphans,
    signal: { kind: "text", short: "s", about: "Signal to send (default SIGKILL)" }
  }
} as const satisfies Command

/** `gantry compose rm`. */
export const remove = {
  ...projectNames.remove,
  ...services,
  options: {
    force: { kind: "flag", short: "f", about: "Do not ask" },
    stop: { kind: "flag", short: "s", about: "Stop containers first" },
    volumes: { kind: "flag", short: "v", about: "Remove anonymous volumes too" },
    all: { kind: "flag", short: "a", about: "All", ignored: "containers of compose run are always removed with others" }
  }
} as const satisfies Command

/** `gantry compose pause`. */
export const pause = { ...projectNames.pause, ...services, options: {} } as const satisfies Command

/** `gantry compose unpause`. */
export const unpause = { ...projectNames.unpause, ...services, options: {} } as const satisfies Command

/** `gantry compose scale`. */
export const scale = {
  ...projectNames.scale,
  usage: "[OPTIONS] SERVICE=NUMBER...",
  interspersed: true,
  operands: { min: 1 },
  options: { noDeps }
} as const satisfies Command

/** `gantry compose wait`. */
export const wait = {
  ...projectNames.wait,
  usage: "[OPTIONS] SERVICE...",
  interspersed: true,
  operands: { min: 1 },
  options: { downProject: { kind: "flag", about: "Take the project down when the first container has stopped" } }
} as const satisfies Command

/** `gantry compose watch`. */
export const watch = {
  ...projectNames.watch,
  usage: "[SERVICE...]",
  interspersed: true,
  operands: { min: 0 },
  options: {
    noUp: { kind: "flag", about: "Do not build and start services first" },
    prune: { kind: "flag", fallback: true, about: "Remove images that were rebuilt (default true)" },
    quiet: { kind: "flag", about: "Do not show the progress of builds" }
  }
} as const satisfies Command
