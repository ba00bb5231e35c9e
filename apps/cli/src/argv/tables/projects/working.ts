import type { Command } from "../../Command.ts"
import { committing } from "../commit.ts"
import { projectNames, services } from "./names.ts"

const index = { kind: "number", about: "Number of the container, of several (default 1)" } as const

const noTty = {
  kind: "flag",
  short: "T",
  also: ["no-TTY"],
  about: "Do not give the command a terminal (default: one, where there is one)"
} as const

/** `gantry compose exec`. */
export const exec = {
  ...projectNames.exec,
  usage: "[OPTIONS] SERVICE COMMAND [ARG...]",
  interspersed: false,
  operands: { min: 2 },
  options: {
    detach: { kind: "flag", short: "d", about: "Run in the background" },
    env: { kind: "list", short: "e", about: "Set a variable" },
    index,
    noTty,
    privileged: { kind: "flag", about: "With all privileges" },
    user: { kind: "text", short: "u", about: "User name or id, as user[:group]" },
    workdir: { kind: "text", short: "w", about: "Working directory" },
    interactive: { kind: "flag", short: "i", fallback: true, about: "Keep STDIN open (default true)" },
    tty: { kind: "flag", short: "t", fallback: true, about: "Give the command a terminal (default true)" }
  }
} as const satisfies Command

/** `gantry compose run`. */
export const run = {
  ...projectNames.run,
  usage: "[OPTIONS] SERVICE [COMMAND] [ARG...]",
  interspersed: false,
  operands: { min: 1 },
  options: {
    build: { kind: "flag", about: "Build the image first" },
    capAdd: { kind: "list", about: "Add Linux capabilities" },
    capDrop: { kind: "list", about: "Drop Linux capabilities" },
    detach: { kind: "flag", short: "d", about: "Run in the background and print the container's name" },
    entrypoint: { kind: "text", about: "Replace the entry point" },
    env: { kind: "list", short: "e", about: "Set a variable" },
    envFromFile: { kind: "list", about: "Read variables from a file" },
    interactive: { kind: "flag", short: "i", fallback: true, about: "Keep STDIN open (default true)" },
    label: { kind: "list", short: "l", about: "Label of the container" },
    name: { kind: "text", about: "Name of the container" },
    noDeps: { kind: "flag", about: "Do not start what the service depends on" },
    noTty,
    publish: { kind: "list", short: "p", about: "Publish a port" },
    pull: { kind: "text", about: 'When to pull the image ("always", "missing", "never", "policy")' },
    quiet: { kind: "flag", short: "q", about: "Do not show progress" },
    quietBuild: { kind: "flag", about: "Do not show the progress of a build" },
    quietPull: { kind: "flag", about: "Do not show the progress of pulls" },
    removeOrphans: { kind: "flag", about: "Remove containers of services that the files do not have" },
    rm: { kind: "flag", about: "Remove the container when it ends" },
    servicePorts: { kind: "flag", short: "P", about: "Publish the ports of the service" },
    useAliases: { kind: "flag", about: "Answer to the service's names on its networks" },
    user: { kind: "text", short: "u", about: "User name or id, as user[:group]" },
    volume: { kind: "list", short: "v", about: "Mount a directory of the host or a volume" },
    workdir: { kind: "text", short: "w", about: "Working directory" }
  }
} as const satisfies Command

/** `gantry compose build`. */
export const build = {
  ...projectNames.build,
  ...services,
  options: {
    buildArg: { kind: "list", about: "Value of an ARG, as NAME=value" },
    builder: { kind: "text", about: "Builder", ignored: "there is one builder" },
    check: { kind: "flag", about: "Check the Dockerfiles and build nothing" },
    memory: { kind: "text", short: "m", value: "bytes", about: "Memory limit of steps" },
    noCache: { kind: "flag", about: "Run all steps again" },
    print: { kind: "flag", about: "Print as a bake file", supported: false },
    progress: { kind: "text", about: 'How progress is shown ("auto", "plain", "tty", "quiet", "rawjson")' },
    pull: { kind: "flag", about: "Ask registries for newer bases" },
    push: { kind: "flag", about: "Upload the images afterwards" },
    quiet: { kind: "flag", short: "q", about: "Do not show progress" },
    ssh: { kind: "text", about: "SSH agent or keys for steps" },
    withDependencies: { kind: "flag", about: "Build also what the services depend on" }
  }
} as const satisfies Command

/** `gantry compose pull`. */
export const pull = {
  ...projectNames.pull,
  ...services,
  options: {
    ignoreBuildable: { kind: "flag", about: "Leave out images that can be built" },
    ignorePullFailures: { kind: "flag", about: "Go on when a pull fails" },
    includeDeps: { kind: "flag", about: "Pull also what the services depend on" },
    policy: { kind: "text", about: 'Which images ("missing", "always") (default "always")' },
    quiet: { kind: "flag", short: "q", about: "Do not show progress" }
  }
} as const satisfies Command

/** `gantry compose push`. */
export const push = {
  ...projectNames.push,
  ...services,
  options: {
    ignorePushFailures: { kind: "flag", about: "Go on when a push fails" },
    includeDeps: { kind: "flag", about: "Push also what the services depend on" },
    quiet: { kind: "flag", short: "q", about: "Do not show progress" }
  }
} as const satisfies Command

/** `gantry compose cp`. */
export const copy = {
  ...projectNames.copy,
  usage: "[OPTIONS] SERVICE:SRC_PATH DEST_PATH|-\n        SRC_PATH|- SERVICE:DEST_PATH",
  interspersed: true,
  operands: { min: 2, max: 2 },
  options: {
    all: { kind: "flag", about: "Include containers of compose run" },
    archive: { kind: "flag", short: "a", about: "Keep owners" },
    followLink: { kind: "flag", short: "L", about: "Follow a link at the source" },
    index: { kind: "number", about: "Number of the container, of several" }
  }
} as const satisfies Command

/** `gantry compose attach`. */
export const attach = {
  ...projectNames.attach,
  usage: "[OPTIONS] SERVICE",
  interspersed: true,
  operands: { min: 1, max: 1 },
  options: {
    detachKeys: { kind: "text", about: "Keys that detach from the container" },
    index,
    noStdin: { kind: "flag", about: "Do not pass on STDIN" },
    sigProxy: { kind: "flag", fallback: true, about: "Pass signals on (default true)" }
  }
} as const satisfies Command

/** `gantry compose commit`. */
export const commit = {
  ...projectNames.commit,
  usage: "[OPTIONS] SERVICE [REPOSITORY[:TAG]]",
  interspersed: true,
  operands: { min: 1, max: 2 },
  options: {
    ...committing,
    index
  }
} as const satisfies Command

/** `gantry compose export`. */
export const exportFiles = {
  ...projectNames.exportFiles,
  usage: "[OPTIONS] SERVICE",
  interspersed: true,
  operands: { min: 1, max: 1 },
  options: {
    index,
    output: { kind: "text", short: "o", about: "File to write to, instead of standard output" }
  }
} as const satisfies Command
