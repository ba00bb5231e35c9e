import type { Name } from "../argv/tables/names.ts"
import type { Definition } from "./define.ts"

/**
 * The module of each command, loaded when it is called: a command never pays for another's imports.
 *
 * The option tables differ in type; what they share is how they are parsed and run.
 */
export const loaders: { readonly [name in Name]?: () => Promise<unknown> } = {
  applyLayer: () => import("./apply-layer.ts"),
  builderDu: () => import("./builder-du.ts"),
  builderPrune: () => import("./prune.ts").then(({ builder }) => ({ default: builder })),
  autopsy: () => import("./autopsy.ts"),
  attach: () => import("./attach.ts"),
  buildHistory: () => import("./build-logs.ts").then(({ history }) => ({ default: history })),
  buildLog: () => import("./build-logs.ts"),
  build: () => import("./build.ts"),
  buildxInspect: () => import("./buildx.ts").then(({ inspect }) => ({ default: inspect })),
  buildxLs: () => import("./buildx.ts").then(({ list }) => ({ default: list })),
  buildxVersion: () => import("./buildx.ts"),
  cacheVerify: () => import("./cache-verify.ts"),
  check: () => import("./check.ts"),
  containerPrune: () => import("./prune.ts").then(({ container }) => ({ default: container })),
  containerInspect: () => import("./inspect.ts").then(({ containers }) => ({ default: containers })),
  contextLs: () => import("./context-ls.ts"),
  completion: () => import("./completion.ts"),
  commit: () => import("./commit.ts"),
  copy: () => import("./cp.ts"),
  create: () => import("./create.ts"),
  debugDockerfile: () => import("./debug-dockerfile.ts"),
  diff: () => import("./diff.ts"),
  events: () => import("./events.ts"),
  exec: () => import("./exec.ts"),
  exportContainer: () => import("./export.ts"),
  history: () => import("./history.ts"),
  imagePrune: () => import("./prune.ts").then(({ image }) => ({ default: image })),
  imageInspect: () => import("./inspect.ts").then(({ images }) => ({ default: images })),
  images: () => import("./images.ts"),
  importImage: () => import("./import.ts"),
  info: () => import("./info.ts"),
  inspect: () => import("./inspect.ts"),
  kill: () => import("./kill.ts"),
  layers: () => import("./layers.ts"),
  load: () => import("./load-images.ts"),
  login: () => import("./login.ts"),
  logout: () => import("./logout.ts"),
  logs: () => import("./logs.ts"),
  networkConnect: () => import("./change-networks.ts").then(({ connect }) => ({ default: connect })),
  networkDisconnect: () => import("./change-networks.ts").then(({ disconnect }) => ({ default: disconnect })),
  networkCreate: () => import("./network.ts").then(({ create }) => ({ default: create })),
  networkInspect: () => import("./network.ts").then(({ inspect }) => ({ default: inspect })),
  networkLs: () => import("./network.ts").then(({ list }) => ({ default: list })),
  networkRm: () => import("./network.ts").then(({ remove }) => ({ default: remove })),
  pause: () => import("./pause.ts"),
  pluginCheck: () => import("./plugin-check.ts"),
  pluginLs: () => import("./plugin-ls.ts"),
  port: () => import("./port.ts"),
  portAdd: () => import("./change-ports.ts").then(({ add }) => ({ default: add })),
  portRm: () => import("./change-ports.ts").then(({ remove }) => ({ default: remove })),
  ps: () => import("./ps.ts"),
  pull: () => import("./pull.ts"),
  push: () => import("./push.ts"),
  reconcile: () => import("./reconcile.ts"),
  rename: () => import("./rename.ts"),
  restart: () => import("./restart.ts"),
  reset: () => import("./reset.ts"),
  rm: () => import("./rm.ts"),
  rmi: () => import("./rmi.ts"),
  run: () => import("./run.ts"),
  save: () => import("./save.ts"),
  start: () => import("./start.ts"),
  stats: () => import("./stats.ts"),
  stop: () => import("./stop.ts"),
  systemDf: () => import("./system-df.ts"),
  systemPrune: () => import("./prune.ts"),
  tag: () => import("./tag.ts"),
  top: () => import("./top.ts"),
  unpause: () => import("./pause.ts").then(({ going }) => ({ default: going })),
  update: () => import("./update.ts"),
  volumeCreate: () => import("./volume.ts").then(({ create }) => ({ default: create })),
  volumeExport: () => import("./volume-archive.ts").then(({ exporting }) => ({ default: exporting })),
  volumeImport: () => import("./volume-archive.ts").then(({ importing }) => ({ default: importing })),
  volumeInspect: () => import("./volume.ts").then(({ inspect }) => ({ default: inspect })),
  volumeLs: () => import("./volume.ts").then(({ list }) => ({ default: list })),
  volumeRm: () => import("./volume.ts").then(({ remove }) => ({ default: remove })),
  networkPrune: () => import("./prune.ts").then(({ network }) => ({ default: network })),
  volumePrune: () => import("./prune.ts").then(({ volume }) => ({ default: volume })),
  unit: () => import("./unit.ts"),
  untag: () => import("./untag.ts"),
  wait: () => import("./wait.ts")
}

/** Loads a command; undefined when it is known but not part of this gantry yet. */
export const load = async (name: Name): Promise<Definition | undefined> => {
  const loader = loaders[name]
  if (loader === undefined) return undefined
  const { default: definition } = (await loader()) as { readonly default: Definition }
  return definition
}
