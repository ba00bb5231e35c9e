import type { NetworkShape } from "@gantry/core/network/Network"
import type { Contract } from "@gantry/core/Plugin"
import type { RegistryShape } from "@gantry/core/registry/Registry"
import type { LauncherShape } from "@gantry/core/runtime/Launcher"
import type { RuntimeShape } from "@gantry/core/runtime/Runtime"
import type { BlobStoreShape } from "@gantry/core/store/BlobStore"
import type { BuildCacheShape } from "@gantry/core/store/BuildCache"
import type { LayerStoreShape } from "@gantry/core/store/LayerStore"

/** What a service cannot leave out. The compiler sees to it that nothing is forgotten here, and nothing made up. */
type Members<Shape> = { readonly [name in keyof Shape as undefined extends Shape[name] ? never : name]: true }

const blobStore: Members<BlobStoreShape> = {
  read: true,
  readWhole: true,
  size: true,
  write: true,
  add: true,
  remove: true,
  list: true,
  partial: true
}
const layerStore: Members<LayerStoreShape> = {
  abilities: true,
  prepare: true,
  write: true,
  commit: true,
  discard: true,
  unpack: true,
  pack: true,
  contents: true,
  packTree: true,
  packChanges: true,
  get: true,
  remove: true,
  list: true,
  usage: true,
  changes: true,
  lookup: true,
  walk: true,
  flush: true,
  trees: true,
  kept: true,
  sweep: true
}
const buildCache: Members<BuildCacheShape> = {
  trace: true,
  put: true,
  delete: true,
  evict: true,
  use: true,
  near: true,
  list: true,
  get: true
}
const registry: Members<RegistryShape> = {
  resolve: true,
  fetch: true,
  fetchFrom: true,
  hasBlob: true,
  push: true,
  pushBytes: true,
  upload: true,
  mount: true,
  tag: true,
  tags: true,
  check: true,
  together: true
}
const network: Members<NetworkShape> = {
  attach: true,
  detach: true,
  publish: true,
  unpublish: true,
  create: true,
  remove: true,
  list: true,
  attached: true,
  probe: true,
  reset: true
}
const launcher: Members<LauncherShape> = { name: true, abilities: true, launch: true, hold: true, join: true }
const runtime: Members<RuntimeShape> = {
  name: true,
  abilities: true,
  perform: true,
  converse: true,
  warm: true,
  start: true,
  attach: true,
  exec: true,
  state: true,
  wait: true,
  signal: true,
  update: true,
  changePorts: true,
  rewire: true,
  standDown: true,
  health: true,
  processes: true,
  usage: true,
  pause: true,
  resume: true,
  remove: true,
  sweep: true,
  reset: true
}

/** Names of what a service of each contract must have. */
export const members: { readonly [contract in Contract]: ReadonlyArray<string> } = {
  "blob-store": Object.keys(blobStore),
  "layer-store": Object.keys(layerStore),
  "build-cache": Object.keys(buildCache),
  registry: Object.keys(registry),
  network: Object.keys(network),
  launcher: Object.keys(launcher),
  runtime: Object.keys(runtime)
}
