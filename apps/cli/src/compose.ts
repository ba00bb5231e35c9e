import { Locks } from "@gantry/core/Locks"
import { Downloads, type DownloadsShape } from "@gantry/core/download/Downloads"
import { localPlace } from "@gantry/core/image/ImageSource"
import { Network } from "@gantry/core/network/Network"
import { Credentials, type CredentialsShape } from "@gantry/core/registry/Credentials"
import type { Contract } from "@gantry/core/Plugin"
import * as Registry from "@gantry/core/registry/Registry"
import { route } from "@gantry/core/registry/route"
import { chooseLauncher } from "@gantry/core/runtime/choose-launcher"
import { Launcher } from "@gantry/core/runtime/Launcher"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { Settings, type SettingsShape } from "@gantry/core/Settings"
import * as Database from "@gantry/core/state/Database"
import { databasePath } from "@gantry/core/state/database-path"
import { BlobStore } from "@gantry/core/store/BlobStore"
import { BuildCache } from "@gantry/core/store/BuildCache"
import { Disk, type DiskShape } from "@gantry/core/store/Disk"
import { LayerStore } from "@gantry/core/store/LayerStore"
import * as Containers from "@gantry/engine/containers/Containers"
import { ContainerRoots } from "@gantry/engine/containers/ContainerRoots"
import { DirectExec } from "@gantry/engine/containers/DirectExec"
import { JoinAhead } from "@gantry/engine/containers/JoinAhead"
import { GroundsKey } from "@gantry/engine/unchanged/GroundsKey"
import { SupervisorAhead } from "@gantry/engine/containers/SupervisorAhead"
import * as SupervisedRuntime from "@gantry/engine/containers/SupervisedRuntime"
import * as Journal from "@gantry/engine/events/Journal"
import * as Images from "@gantry/engine/images/Images"
import * as LayerSources from "@gantry/engine/images/LayerSources"
import * as Volumes from "@gantry/engine/volumes/Volumes"
import * as BridgeNetwork from "@gantry/plugin-network-bridge/BridgeNetwork"
import * as NamespaceLauncher from "@gantry/plugin-runtime-namespace/NamespaceLauncher"
import * as OciLauncher from "@gantry/plugin-runtime-oci/OciLauncher"
import * as FsBlobs from "@gantry/plugin-store-fs/FsBlobs"
import * as FsCache from "@gantry/plugin-store-fs/FsCache"
import * as FsLayers from "@gantry/plugin-store-fs/FsLayers"
import * as FsLocks from "@gantry/plugin-store-fs/FsLocks"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { Begun } from "./ahead/Begun.ts"
import type { Serve } from "./plugins/Serve.ts"
import { dockerConfig, type Environment } from "./settings.ts"
import { version } from "./version.ts"

/** Logins, read when a registry first asks for one. */
const credentials = (env: Environment): CredentialsShape => {
  const loaded = Effect.promise(async () => {
    const { make } = await import("@gantry/plugin-registry-http/DockerCredentials")
    return make({ env, configFile: dockerConfig(env) })
  })
  return {
    get: (registry) => Effect.flatMap(loaded, (each) => each.get(registry)),
    put: (registry, login) => Effect.flatMap(loaded, (each) => each.put(registry, login)),
    remove: (registry) => Effect.flatMap(loaded, (each) => each.remove(registry))
  }
}

/** What lies on the disk, which few commands ask. */
const disk = (database: Database.DatabaseShape, root: string): DiskShape => {
  const loaded = Effect.promise(async () => {
    const { make } = await import("@gantry/plugin-store-fs/FsDisk")
    return make(database, root)
  })
  return {
    survey: (divided) => Effect.flatMap(loaded, (each) => each.survey(divided)),
    space: Effect.flatMap(loaded, (each) => each.space),
    remove: (item) => Effect.flatMap(loaded, (each) => each.remove(item))
  }
}

/** Files of web servers, which few builds ask for. */
const downloads = (env: Environment): Effect.Effect<DownloadsShape> =>
  Effect.map(
    Effect.cached(
      Effect.flatMap(
        Effect.promise(() => import("@gantry/plugin-registry-http/HttpDownloads")),
        ({ make }) => make({ env, version })
      )
    ),
    (loaded) => ({ get: (url, known) => Effect.flatMap(loaded, (each) => each.get(url, known)) })
  )

/** Remote registries, and the folders and archives that serve as one. Each is loaded when it is first asked. */
const registries = (
  env: Environment,
  configFiles: ReadonlyArray<string>,
  logins: CredentialsShape
): Effect.Effect<Registry.RegistryShape> =>
  Effect.gen(function* () {
    const remote = yield* Effect.cached(
      Effect.flatMap(
        Effect.promise(() => import("@gantry/plugin-registry-http/HttpRegistry")),
        ({ makeDriver }) => makeDriver({ env, configFiles, version, credentials: logins })
      )
    )
    const local = yield* Effect.cached(
      Effect.flatMap(
        Effect.promise(() => import("@gantry/plugin-registry-layout/LayoutRegistry")),
        ({ makeDriver }) => makeDriver
      )
    )
    return Registry.make(route((ref) => (localPlace(ref) === undefined ? remote : local)))
  })

/** What was begun, for the services that look for it. */
const beginnings = ({ groundsKey, join, supervisor }: Begun): Context.Context<never> => {
  if (groundsKey !== undefined) return Context.make(GroundsKey, groundsKey)
  if (supervisor !== undefined) return Context.make(SupervisorAhead, supervisor)
  return join === undefined ? Context.empty() : Context.make(JoinAhead, join)
}

/** Names of gantry's own plugins. They keep the laws that they are tested with, those of this version. */
export const ownPlugins: { readonly [contract in Contract]: string } = {
  "blob-store": "store-fs",
  "layer-store": "store-fs",
  "build-cache": "store-fs",
  registry: "registry-http, registry-layout",
  network: "network-bridge",
  launcher: "runtime-namespace, runtime-oci",
  runtime: "runtime-namespace"
}

/** What decides, besides the settings, who serves what. */
export interface Composition {
  readonly env: Environment
  /** Absolute paths of the configuration files that are heeded, the stronger one last. */
  readonly configFiles: ReadonlyArray<string>
  /** Puts plugins that were chosen in the place of those named here. */
  readonly serve: Serve
  /** What was started before; nothing when absent. */
  readonly begun?: Begun
}

/**
 * Which plugin serves which contract, unless another was chosen: the file that names plugins.
 *
 * The services are made one after the other and put into one context, not composed as Effect layers: building and
 * closing layers costs a cold program some 15 ms, more than everything else a short command does. Each service opens
 * what it needs at first use.
 */
export const engine = (settings: SettingsShape, { begun = {}, configFiles, env, serve }: Composition) =>
  Effect.gen(function* () {
    // The process ends with the command, so nobody waits for the database to be closed.
    const database = yield* Effect.scoped(Database.make(databasePath(settings.root), { leaveOpen: true }))
    const ground = Context.merge(beginnings(begun), Context.make(Settings, { ...settings, variables: env })).pipe(
      Context.add(Journal.Journal, Journal.make(settings.root)),
      Context.add(Database.Database, database),
      Context.add(Disk, disk(database, settings.root)),
      Context.add(Locks, FsLocks.make(settings.root))
    )
    const blobs = yield* serve("blob-store", BlobStore, FsBlobs.make(settings.root), ground)
    const base = Context.add(ground, BlobStore, blobs)
    const layers = yield* serve("layer-store", LayerStore, yield* Effect.provide(FsLayers.make, base), base)
    const layered = Context.add(base, LayerStore, layers)
    const cache = yield* serve("build-cache", BuildCache, yield* Effect.provide(FsCache.make, layered), layered)
    const stored = Context.add(layered, BuildCache, cache)
    const own = yield* Effect.provide(NamespaceLauncher.makeSettings, stored)
    const { run, self } = settings
    const launcher = chooseLauncher(yield* serve("launcher", Launcher, own, stored), (runtime) =>
      OciLauncher.make({ run, self }, runtime)
    )
    const launching = Context.add(stored, Launcher, launcher)
    const { direct, roots, runtime } = yield* Effect.provide(SupervisedRuntime.make, launching)
    const running = yield* serve("runtime", Runtime, runtime, launching)
    const logins = credentials(env)
    const registry = yield* registries(env, configFiles, logins)
    return stored.pipe(
      Context.add(Credentials, logins),
      Context.add(Registry.Registry, yield* serve("registry", Registry.Registry, registry, stored)),
      Context.add(Downloads, yield* downloads(env)),
      Context.add(LayerSources.LayerSources, yield* Effect.provide(LayerSources.make, stored)),
      Context.add(Runtime, running),
      // What a plugin runs, gantry's own runtime knows nothing of.
      Context.add(DirectExec, running === runtime ? direct : {}),
      Context.add(ContainerRoots, roots),
      Context.add(Network, yield* serve("network", Network, yield* Effect.provide(BridgeNetwork.make, stored), stored)),
      Context.add(Images.Images, yield* Effect.provide(Images.make, stored)),
      Context.add(Containers.Containers, yield* Effect.provide(Containers.make, stored)),
      Context.add(Volumes.Volumes, yield* Effect.provide(Volumes.make, stored))
    )
  })

/** Everything a command may ask for. The journal is not asked for: without one, nobody listens. */
export type EngineServices = Exclude<
  Effect.Effect.Success<ReturnType<typeof engine>> extends Context.Context<infer Services> ? Services : never,
  Journal.Journal
>
