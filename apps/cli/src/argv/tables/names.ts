import type { CommandName } from "../Command.ts"

/** Every command by the name the program uses for it; the order is the order of the program's help. */
export const names = {
  run: { paths: [["run"], ["container", "run"]], summary: "Start a new container from an image", section: "common" },
  events: {
    paths: [["events"], ["system", "events"]],
    summary: "Show what happens to containers, images, networks and volumes",
    section: "other"
  },
  exec: {
    paths: [["exec"], ["container", "exec"]],
    summary: "Run a command in a running container",
    section: "common"
  },
  ps: {
    paths: [["ps"], ["container", "ls"], ["container", "list"], ["container", "ps"]],
    summary: "List containers",
    section: "common"
  },
  build: {
    paths: [["build"], ["image", "build"], ["builder", "build"], ["buildx", "build"]],
    summary: "Build an image from a Dockerfile",
    section: "common"
  },
  pull: { paths: [["pull"], ["image", "pull"]], summary: "Download an image from a registry", section: "common" },
  push: { paths: [["push"], ["image", "push"]], summary: "Upload an image to a registry", section: "common" },
  images: {
    paths: [["images"], ["image", "ls"], ["image", "list"]],
    summary: "List images",
    section: "common"
  },
  info: { paths: [["info"], ["system", "info"]], summary: "Show this engine and its host", section: "common" },
  doctor: {
    paths: [["doctor"], ["system", "doctor"]],
    summary: "Show what works on this host, and how to mend the rest",
    section: "common"
  },
  version: { paths: [["version"]], summary: "Show the version of gantry", section: "common" },
  autopsy: {
    paths: [["autopsy"], ["container", "autopsy"]],
    summary: "Show why a container that --rm removed has failed",
    section: "other"
  },
  attach: {
    paths: [["attach"], ["container", "attach"]],
    summary: "Attach this terminal to a running container",
    section: "other"
  },
  compose: { paths: [["compose"]], summary: "Run the services that Compose files describe", section: "common" },
  completion: {
    paths: [["completion"]],
    summary: "Print a completion script for a shell",
    section: "other"
  },
  dockerContextLs: { paths: [["__contexts", "ls"]], summary: "List contexts: there is one", section: "hidden" },
  dockerContextShow: { paths: [["context", "show"]], summary: "Show the name of the context", section: "hidden" },
  dockerContextInspect: { paths: [["context", "inspect"]], summary: "Show the context", section: "hidden" },
  dockerContextUse: { paths: [["context", "use"]], summary: "Choose the context: there is one", section: "hidden" },
  contextLs: {
    paths: [
      ["context", "ls"],
      ["context", "list"]
    ],
    summary: "List what a build would be given to copy from",
    section: "other"
  },
  copy: {
    paths: [["cp"], ["container", "cp"]],
    summary: "Copy files between a container and the host",
    section: "other"
  },
  create: {
    paths: [["create"], ["container", "create"]],
    summary: "Create a container without starting it",
    section: "other"
  },
  diff: {
    paths: [["diff"], ["container", "diff"]],
    summary: "Show what a container has changed in its file system",
    section: "other"
  },
  commit: {
    paths: [["commit"], ["container", "commit"]],
    summary: "Create an image from a container's changes",
    section: "other"
  },
  exportContainer: {
    paths: [["export"], ["container", "export"]],
    summary: "Export the root file system of a container as an archive",
    section: "other"
  },
  history: { paths: [["history"], ["image", "history"]], summary: "Show how an image was built", section: "other" },
  layers: {
    paths: [["layers"], ["image", "layers"]],
    summary: "Show what each layer of an image adds, changes and removes",
    section: "other"
  },
  importImage: {
    paths: [["import"], ["image", "import"]],
    summary: "Create an image from an archive of a root file system",
    section: "other"
  },
  inspect: {
    paths: [["inspect"]],
    summary: "Show details of containers, images, networks and volumes",
    section: "other"
  },
  containerInspect: {
    paths: [["container", "inspect"]],
    summary: "Show all that is known of containers",
    section: "other"
  },
  imageInspect: { paths: [["image", "inspect"]], summary: "Show all that is known of images", section: "other" },
  kill: { paths: [["kill"], ["container", "kill"]], summary: "Send a signal to running containers", section: "other" },
  load: {
    paths: [["load"], ["image", "load"]],
    summary: "Load images from an archive or a layout folder",
    section: "other"
  },
  login: { paths: [["login"]], summary: "Log in to a registry", section: "other" },
  logout: { paths: [["logout"]], summary: "Log out of a registry", section: "other" },
  logs: {
    paths: [["logs"], ["container", "logs"]],
    summary: "Show the output of a container, even if it was removed today",
    section: "other"
  },
  pause: {
    paths: [["pause"], ["container", "pause"]],
    summary: "Pause all processes of containers",
    section: "other"
  },
  port: {
    paths: [["port"], ["container", "port"]],
    summary: "Show where the ports of a container are published",
    section: "other"
  },
  portAdd: {
    paths: [["port", "add"]],
    summary: "Publish further ports of a container, also while it runs",
    section: "other"
  },
  portMove: {
    paths: [["port", "move"]],
    summary: "Publish a port of a container elsewhere, also while it runs",
    section: "other"
  },
  portRm: {
    paths: [["port", "rm"]],
    summary: "Take published ports away from a container, also while it runs",
    section: "other"
  },
  rename: {
    paths: [["rename"], ["container", "rename"]],
    summary: "Rename a container",
    section: "other"
  },
  restart: {
    paths: [["restart"], ["container", "restart"]],
    summary: "Stop containers and start them again",
    section: "other"
  },
  rm: {
    paths: [["rm"], ["container", "rm"], ["container", "remove"]],
    summary: "Remove containers",
    section: "other"
  },
  rmi: { paths: [["rmi"], ["image", "rm"], ["image", "remove"]], summary: "Remove images", section: "other" },
  save: { paths: [["save"], ["image", "save"]], summary: "Write images into one archive", section: "other" },
  start: { paths: [["start"], ["container", "start"]], summary: "Start stopped containers", section: "other" },
  stats: {
    paths: [["stats"], ["container", "stats"]],
    summary: "Show live what running containers use",
    section: "other"
  },
  stop: { paths: [["stop"], ["container", "stop"]], summary: "Stop running containers", section: "other" },
  top: { paths: [["top"], ["container", "top"]], summary: "Show the processes of a container", section: "other" },
  unpause: {
    paths: [["unpause"], ["container", "unpause"]],
    summary: "Resume paused containers",
    section: "other"
  },
  buildHistory: {
    paths: [
      ["build", "history"],
      ["builder", "history"],
      ["buildx", "history", "ls"]
    ],
    summary: "List the last builds",
    section: "other"
  },
  buildLog: {
    paths: [
      ["build", "log"],
      ["builder", "log"],
      ["buildx", "history", "logs"]
    ],
    summary: "Show all that the steps of a build have written",
    section: "other"
  },
  buildxVersion: {
    paths: [["buildx", "version"]],
    summary: "Show the version of the builder",
    section: "other"
  },
  buildxLs: { paths: [["buildx", "ls"]], summary: "List builders: there is one", section: "other" },
  imagetoolsCreate: {
    paths: [["buildx", "imagetools", "create"]],
    summary: "Make an image out of images of registries, without their layers",
    section: "other"
  },
  imagetoolsInspect: {
    paths: [["buildx", "imagetools", "inspect"]],
    summary: "Show what a registry has of an image, without its layers",
    section: "other"
  },
  manifestAnnotate: {
    paths: [["manifest", "annotate"]],
    summary: "Say what an image of a manifest list is for",
    section: "other"
  },
  manifestCreate: {
    paths: [["manifest", "create"]],
    summary: "Begin a manifest list, which one name has for several platforms",
    section: "other"
  },
  manifestInspect: {
    paths: [["manifest", "inspect"]],
    summary: "Show a manifest or a manifest list",
    section: "other"
  },
  manifestPush: { paths: [["manifest", "push"]], summary: "Push a manifest list to its registry", section: "other" },
  manifestRm: { paths: [["manifest", "rm"]], summary: "Remove manifest lists that are kept here", section: "other" },
  buildxInspect: { paths: [["buildx", "inspect"]], summary: "Show the builder", section: "other" },
  builderDu: {
    paths: [
      ["builder", "du"],
      ["buildx", "du"]
    ],
    summary: "Show what the build cache takes of the disk",
    section: "other"
  },
  cacheVerify: {
    paths: [
      ["cache", "verify"],
      ["builder", "verify"]
    ],
    summary: "Run cached RUN steps once more and compare what they make",
    section: "other"
  },
  registryServe: {
    paths: [["registry", "serve"]],
    summary: "Let others pull the images of this machine",
    section: "other"
  },
  registryTags: {
    paths: [["registry", "tags"]],
    summary: "List the tags that a registry has of a repository",
    section: "other"
  },
  registryCopy: {
    paths: [["registry", "copy"]],
    summary: "Copy an image from one registry, folder or archive to another",
    section: "other"
  },
  lockUpdate: {
    paths: [["lock", "update"]],
    summary: "Write down which images, files and commits a Dockerfile takes from elsewhere",
    section: "other"
  },
  update: {
    paths: [["update"], ["container", "update"]],
    summary: "Change the limits and the restart policy of containers",
    section: "other"
  },
  builderPrune: {
    paths: [
      ["builder", "prune"],
      ["buildx", "prune"]
    ],
    summary: "Remove build cache",
    section: "other"
  },
  check: {
    paths: [["check"], ["system", "check"]],
    summary: "Check the store for damage",
    section: "other"
  },
  containerPrune: { paths: [["container", "prune"]], summary: "Remove all stopped containers", section: "other" },
  imagePrune: { paths: [["image", "prune"]], summary: "Remove unused images", section: "other" },
  systemDf: { paths: [["system", "df"]], summary: "Show what everything takes of the disk", section: "other" },
  systemPrune: { paths: [["system", "prune"]], summary: "Remove all that is not used", section: "other" },
  networkConnect: {
    paths: [["network", "connect"]],
    summary: "Put a container into a network, also while it runs",
    section: "other"
  },
  networkDisconnect: {
    paths: [["network", "disconnect"]],
    summary: "Take a container out of a network, also while it runs",
    section: "other"
  },
  networkCreate: { paths: [["network", "create"]], summary: "Make a private network", section: "other" },
  networkInspect: { paths: [["network", "inspect"]], summary: "Show all that is known of networks", section: "other" },
  networkLs: {
    paths: [
      ["network", "ls"],
      ["network", "list"]
    ],
    summary: "List networks",
    section: "other"
  },
  networkRm: {
    paths: [
      ["network", "rm"],
      ["network", "remove"]
    ],
    summary: "Remove networks",
    section: "other"
  },
  volumeCreate: { paths: [["volume", "create"]], summary: "Make a volume", section: "other" },
  volumeExport: {
    paths: [["volume", "export"]],
    summary: "Write what is in a volume as an archive",
    section: "other"
  },
  volumeImport: {
    paths: [["volume", "import"]],
    summary: "Put the files of an archive into a volume",
    section: "other"
  },
  volumeInspect: { paths: [["volume", "inspect"]], summary: "Show all that is known of volumes", section: "other" },
  volumeLs: {
    paths: [
      ["volume", "ls"],
      ["volume", "list"]
    ],
    summary: "List volumes",
    section: "other"
  },
  networkPrune: { paths: [["network", "prune"]], summary: "Remove unused networks", section: "other" },
  volumePrune: { paths: [["volume", "prune"]], summary: "Remove unused volumes", section: "other" },
  volumeRm: {
    paths: [
      ["volume", "rm"],
      ["volume", "remove"]
    ],
    summary: "Remove volumes",
    section: "other"
  },
  reconcile: {
    paths: [["system", "reconcile"]],
    summary: "Put right what a reboot or a crash left, and start what should run",
    section: "other"
  },
  reset: {
    paths: [["system", "reset"]],
    summary: "Remove all containers, images and networks of this engine",
    section: "other"
  },
  applyLayer: {
    paths: [["debug", "apply-layer"]],
    summary: "Unpack a layer's archive from standard input into a folder",
    section: "other"
  },
  debugConfigSchema: {
    paths: [["debug", "config-schema"]],
    summary: "Print what a gantry.config.json may say, key by key, as JSON Schema",
    section: "other"
  },
  debugDockerfile: {
    paths: [["debug", "dockerfile"]],
    summary: "Show how a Dockerfile is read, instruction by instruction",
    section: "other"
  },
  debugOciConfig: {
    paths: [["debug", "oci-config"]],
    summary: "Print the config.json that an OCI runtime gets for a container",
    section: "other"
  },
  pluginLs: {
    paths: [
      ["plugin", "ls"],
      ["plugin", "list"]
    ],
    summary: "Show which module serves each contract, and who says so",
    section: "other"
  },
  pluginCheck: {
    paths: [["plugin", "check"]],
    summary: "Hold a plugin to the laws of its contract",
    section: "other"
  },
  tag: { paths: [["tag"], ["image", "tag"]], summary: "Give an image another name", section: "other" },
  unit: {
    paths: [["unit"]],
    summary: "Print a systemd unit that starts a container, or all that should run, at boot",
    section: "other"
  },
  untag: { paths: [["untag"], ["image", "untag"]], summary: "Remove names from an image", section: "other" },
  wait: {
    paths: [["wait"], ["container", "wait"]],
    summary: "Wait until containers have stopped and print their exit codes",
    section: "other"
  }
} as const satisfies { readonly [name: string]: CommandName }

/** How the program calls a command. */
export type Name = keyof typeof names

/** Groups of commands with one line on each. */
export const groups = {
  builder: "Manage the build cache",
  buildx: "Build as docker buildx does",
  "buildx history": "Show builds of the past",
  "buildx imagetools": "Put images of registries together and show them",
  cache: "Check whether the build cache can be trusted",
  container: "Manage containers",
  context: "Show what builds copy from",
  debug: "Find faults",
  lock: "Pin what builds take from elsewhere",
  manifest: "Put manifest lists together, push and show them",
  plugin: "List and check plugins",
  registry: "List what registries have, copy between them and serve one",
  image: "Manage images",
  network: "Manage networks",
  system: "Manage the engine",
  volume: "Manage volumes"
} as const satisfies { readonly [word: string]: string }
