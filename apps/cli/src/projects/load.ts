import type { ProjectCommandName } from "../argv/tables/projects/names.ts"
import type { ProjectDefinition } from "./define-project.ts"

const from =
  (module: () => Promise<unknown>, name = "default") =>
  async (): Promise<ProjectDefinition> =>
    ((await module()) as { readonly [name: string]: ProjectDefinition })[name]!

const lifecycle = () => import("./commands/lifecycle.ts")
const listings = () => import("./commands/listings.ts")
const looking = () => import("./commands/looking.ts")
const working = () => import("./commands/working.ts")
const pullPush = () => import("./commands/pull-push.ts")

/** The module of each command of `compose`, loaded when it is called. */
export const projectLoaders: { readonly [name in ProjectCommandName]: () => Promise<ProjectDefinition> } = {
  attach: from(working, "attach"),
  build: from(() => import("./commands/build.ts")),
  commit: from(working, "commit"),
  config: from(() => import("./commands/config.ts")),
  copy: from(working, "copy"),
  create: from(() => import("./commands/create.ts")),
  down: from(() => import("./commands/down.ts")),
  events: from(looking, "events"),
  exec: from(working, "exec"),
  exportFiles: from(working, "exportFiles"),
  images: from(listings, "images"),
  kill: from(lifecycle, "kill"),
  list: from(listings, "list"),
  logs: from(() => import("./commands/logs.ts")),
  pause: from(lifecycle, "pause"),
  port: from(looking, "port"),
  ps: from(() => import("./commands/ps.ts")),
  pull: from(pullPush, "pull"),
  push: from(pullPush, "push"),
  remove: from(lifecycle, "remove"),
  restart: from(lifecycle, "restart"),
  run: from(() => import("./commands/run.ts")),
  scale: from(() => import("./commands/scale.ts")),
  start: from(lifecycle, "start"),
  stats: from(looking, "stats"),
  stop: from(lifecycle, "stop"),
  top: from(looking, "top"),
  unpause: from(lifecycle, "unpause"),
  up: from(() => import("./commands/up.ts")),
  version: from(looking, "version"),
  volumes: from(listings, "volumes"),
  wait: from(lifecycle, "wait"),
  watch: from(() => import("./commands/watch.ts"))
}
