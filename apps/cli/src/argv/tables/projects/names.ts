import type { Command, CommandName } from "../../Command.ts"
import { names } from "../names.ts"
import type { OptionTable } from "../../Option.ts"

/** What stands between `compose` and its command: which project is meant. */
export const projectOptions = {
  file: {
    kind: "list",
    short: "f",
    value: "file",
    about: "Compose file; later ones override earlier ones, - is stdin"
  },
  projectName: { kind: "text", short: "p", about: "Name of the project" },
  projectDirectory: { kind: "text", value: "directory", about: "What relative paths start from" },
  profile: { kind: "list", about: "Profile whose services are wanted too; * for all" },
  envFile: { kind: "list", value: "file", about: "File of variables in the place of .env" },
  dryRun: { kind: "flag", about: "Show what would be done, and do nothing" },
  parallel: { kind: "number", about: "How many containers are dealt with at the same time (default 50)" },
  allResources: { kind: "flag", about: "Show also networks and volumes that no service uses" },
  progress: { kind: "text", about: 'How progress is shown ("auto", "json", "plain", "tty", "quiet") (default "auto")' },
  ansi: { kind: "text", about: 'Colours ("never", "always", "auto") (default "auto")' },
  compatibility: { kind: "flag", about: "Compatibility", ignored: "names are those of Compose 2" },
  verbose: { kind: "flag", about: "Show more output", ignored: "gantry --debug compose … shows more" }
} as const satisfies OptionTable

/** The commands of `compose`, in the order of the alphabet. */
export const projectNames = {
  attach: { paths: [["attach"]], summary: "Attach this terminal to a container of a service", section: "other" },
  build: { paths: [["build"]], summary: "Build the images of services", section: "common" },
  commit: { paths: [["commit"]], summary: "Make an image of a container of a service", section: "other" },
  config: { paths: [["config"], ["convert"]], summary: "Show what the Compose files come to", section: "other" },
  copy: { paths: [["cp"]], summary: "Copy files between a container of a service and the host", section: "other" },
  create: { paths: [["create"]], summary: "Create the containers of services without starting them", section: "other" },
  down: { paths: [["down"]], summary: "Stop and remove containers and networks", section: "common" },
  events: { paths: [["events"]], summary: "Show what happens to the containers of a project", section: "other" },
  exec: { paths: [["exec"]], summary: "Run a command in a running container of a service", section: "common" },
  exportFiles: { paths: [["export"]], summary: "Write the files of a container of a service as tar", section: "other" },
  images: { paths: [["images"]], summary: "List the images that containers of the project have", section: "other" },
  kill: { paths: [["kill"]], summary: "Send a signal to the containers of services", section: "other" },
  logs: { paths: [["logs"]], summary: "Show the output of services", section: "common" },
  list: { paths: [["ls"]], summary: "List projects that have containers", section: "other" },
  pause: { paths: [["pause"]], summary: "Pause services", section: "other" },
  port: { paths: [["port"]], summary: "Show where a port of a service is published", section: "other" },
  ps: { paths: [["ps"]], summary: "List the containers of a project", section: "common" },
  pull: { paths: [["pull"]], summary: "Download the images of services", section: "common" },
  push: { paths: [["push"]], summary: "Upload the images of services", section: "other" },
  restart: { paths: [["restart"]], summary: "Stop services and start them again", section: "other" },
  remove: { paths: [["rm"]], summary: "Remove stopped containers of services", section: "other" },
  run: { paths: [["run"]], summary: "Run a command in a new container of a service", section: "common" },
  scale: { paths: [["scale"]], summary: "Have a number of containers of services", section: "other" },
  start: { paths: [["start"]], summary: "Start the containers of services", section: "other" },
  stats: { paths: [["stats"]], summary: "Show live what containers of the project use", section: "other" },
  stop: { paths: [["stop"]], summary: "Stop services", section: "other" },
  top: { paths: [["top"]], summary: "Show the processes of services", section: "other" },
  unpause: { paths: [["unpause"]], summary: "Resume paused services", section: "other" },
  up: { paths: [["up"]], summary: "Create and start all that a project needs", section: "common" },
  version: { paths: [["version"]], summary: "Show the version of compose", section: "other" },
  volumes: { paths: [["volumes"]], summary: "List the volumes of a project", section: "other" },
  wait: { paths: [["wait"]], summary: "Wait until containers of services have stopped", section: "other" },
  watch: { paths: [["watch"]], summary: "Rebuild or refresh services when files change", section: "other" }
} as const satisfies { readonly [name: string]: CommandName }

/** What is behind the words of a command for some services, or for all of them. */
export const services = { usage: "[OPTIONS] [SERVICE...]", interspersed: true, operands: { min: 0 } } as const

/** What the program calls a command of `compose`. */
export type ProjectCommandName = keyof typeof projectNames

/** `gantry compose`, before the command behind it is looked at. */
export const compose = {
  ...names.compose,
  usage: "[OPTIONS] COMMAND",
  options: projectOptions,
  interspersed: false,
  operands: { min: 0 },
  below: projectNames
} as const satisfies Command
