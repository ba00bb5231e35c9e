import type { NetworkShape } from "@gantry/core/network/Network"
import type { NetworkError } from "@gantry/core/network/NetworkError"
import type { Contract } from "@gantry/core/Plugin"
import type { RegistryShape } from "@gantry/core/registry/Registry"
import type { RegistryError } from "@gantry/core/registry/RegistryError"
import type { LauncherShape } from "@gantry/core/runtime/Launcher"
import type { RuntimeShape } from "@gantry/core/runtime/Runtime"
import type { RuntimeError } from "@gantry/core/runtime/RuntimeError"
import type { BlobStoreShape } from "@gantry/core/store/BlobStore"
import type { BuildCacheShape } from "@gantry/core/store/BuildCache"
import type { LayerStoreShape } from "@gantry/core/store/LayerStore"
import type {
  BlobCorrupt,
  BlobMissing,
  LayerInUse,
  LayerMalformed,
  LayerMissing,
  LayerTooLarge,
  StorageFailure,
  UnsafePath
} from "@gantry/core/store/StoreError"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"

/**
 * What a member of a service is: an effect or a stream, or what a call of it gives. `carries` is a call whose effect also
 * fails as what it was given fails, and so in any way.
 */
export type Kind = "effect" | "stream" | "value" | "does" | "streams" | "carries" | "answers"

type KindOf<Member> =
  Member extends Effect.Effect<infer _A, infer _E, infer _R>
    ? "effect"
    : Member extends Stream.Stream<infer _A, infer _E, infer _R>
      ? "stream"
      : Member extends (...args: never[]) => infer Given
        ? Given extends Effect.Effect<infer _A, infer E, infer _R>
          ? unknown extends E
            ? "carries"
            : "does"
          : Given extends Stream.Stream<infer _A, infer _E, infer _R>
            ? "streams"
            : "answers"
        : "value"

/** Each member's kind, with a question mark where it may be left out. The compiler sees to it that nothing is forgotten here, or made up. */
type Members<Shape> = {
  readonly [name in keyof Shape]-?: undefined extends Shape[name]
    ? `${KindOf<NonNullable<Shape[name]>>}?`
    : KindOf<Shape[name]>
}

const blobStore: Members<BlobStoreShape> = {
  read: "streams",
  readWhole: "does",
  size: "does",
  write: "carries",
  add: "carries",
  remove: "does",
  list: "stream",
  partial: "does"
}
const layerStore: Members<LayerStoreShape> = {
  abilities: "value",
  prepare: "does",
  write: "does",
  commit: "does",
  discard: "does",
  unpack: "carries",
  unpackFile: "carries?",
  apply: "carries?",
  place: "carries?",
  pack: "streams",
  packCompressed: "streams?",
  contents: "does",
  packTree: "streams",
  packFolder: "streams?",
  packChanges: "streams",
  get: "does",
  remove: "does",
  list: "effect",
  usage: "does",
  changes: "does",
  lookup: "does",
  walk: "does",
  flush: "effect",
  trees: "effect",
  kept: "effect",
  sweep: "effect"
}
const buildCache: Members<BuildCacheShape> = {
  trace: "does",
  put: "does",
  delete: "does",
  evict: "does",
  use: "does",
  near: "does",
  list: "effect",
  get: "does"
}
const registry: Members<RegistryShape> = {
  resolve: "does",
  fetch: "streams",
  fetchFrom: "streams",
  hasBlob: "does",
  push: "carries",
  pushBytes: "does",
  upload: "carries",
  mount: "does",
  tag: "does",
  tags: "does",
  check: "does",
  together: "carries"
}
const network: Members<NetworkShape> = {
  abilities: "value?",
  attach: "does",
  detach: "does",
  publish: "does",
  unpublish: "does",
  create: "does",
  remove: "does",
  removeUnused: "does?",
  list: "effect",
  attached: "effect",
  probe: "does",
  reset: "effect"
}
const launcher: Members<LauncherShape> = {
  name: "value",
  abilities: "value",
  launch: "answers",
  usual: "value?",
  hold: "answers",
  sequences: "answers?",
  join: "answers"
}
const runtime: Members<RuntimeShape> = {
  name: "value",
  abilities: "value",
  perform: "does",
  converse: "does",
  warm: "does",
  start: "does",
  attach: "does",
  exec: "does",
  state: "does",
  wait: "does",
  signal: "does",
  update: "does",
  changePorts: "does",
  rewire: "does",
  standDown: "does",
  health: "does",
  processes: "does",
  usage: "does",
  pause: "does",
  resume: "does",
  remove: "does",
  sweep: "effect",
  reset: "effect"
}

type StoreError =
  | BlobMissing
  | BlobCorrupt
  | LayerMissing
  | LayerInUse
  | LayerMalformed
  | LayerTooLarge
  | UnsafePath
  | StorageFailure

type Tags<Failure extends { readonly _tag: string }> = { readonly [tag in Failure["_tag"]]: true }

const storeFailures: Tags<StoreError> = {
  BlobMissing: true,
  BlobCorrupt: true,
  LayerMissing: true,
  LayerInUse: true,
  LayerMalformed: true,
  LayerTooLarge: true,
  UnsafePath: true,
  StorageFailure: true
}

const registryFailures: Tags<RegistryError | BlobCorrupt> = {
  ImageNotFound: true,
  LoginRequired: true,
  RegistryRefused: true,
  RegistryUnavailable: true,
  RegistryConfigInvalid: true,
  RegistryBlocked: true,
  CredentialsFailure: true,
  LocalPlaceFailed: true,
  SeveralImages: true,
  BlobCorrupt: true
}

const networkFailures: Tags<NetworkError> = {
  PortTaken: true,
  AddressesExhausted: true,
  NetworkMissing: true,
  NetworkRefused: true
}

const runtimeFailures: Tags<RuntimeError> = {
  CommandNotFound: true,
  CommandNotExecutable: true,
  IsolationRefused: true,
  NotRunning: true
}

/** What is known of a contract's service. */
export interface Known {
  readonly members: { readonly [name: string]: Kind | `${Kind}?` }
  /** Names of the failures that its members end with. */
  readonly failures: { readonly [tag: string]: true }
}

/** What is known of the services of each contract. */
export const known: { readonly [contract in Contract]: Known } = {
  "blob-store": { members: blobStore, failures: storeFailures },
  "layer-store": { members: layerStore, failures: storeFailures },
  "build-cache": { members: buildCache, failures: storeFailures },
  registry: { members: registry, failures: registryFailures },
  network: { members: network, failures: networkFailures },
  launcher: { members: launcher, failures: {} },
  runtime: { members: runtime, failures: runtimeFailures }
}
