import { join } from "node:path"
import { Network } from "@gantry/core/network/Network"
import { Launcher } from "@gantry/core/runtime/Launcher"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { Settings, type SettingsShape } from "@gantry/core/Settings"
import * as Database from "@gantry/core/state/Database"
import { BlobStore } from "@gantry/core/store/BlobStore"
import { BuildCache } from "@gantry/core/store/BuildCache"
import { LayerStore } from "@gantry/core/store/LayerStore"
import * as Containers from "@gantry/engine/containers/Containers"
import * as SupervisedRuntime from "@gantry/engine/containers/SupervisedRuntime"
import * as Images from "@gantry/engine/images/Images"
import * as Volumes from "@gantry/engine/volumes/Volumes"
import * as BridgeNetwork from "@gantry/plugin-network-bridge/BridgeNetwork"
import * as NamespaceLauncher from "@gantry/plugin-runtime-namespace/NamespaceLauncher"
import * as FsBlobs from "@gantry/plugin-store-fs/FsBlobs"
import * as FsCache from "@gantry/plugin-store-fs/FsCache"
import * as FsLayers from "@gantry/plugin-store-fs/FsLayers"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/**
 * Which plugin serves which contract: the only file that names plugins.
 *
 * The services are made one after the other and put into one context, not composed as Effect layers: building and
 * closing layers costs a cold program some 15 ms, more than everything else a short command does. Each service opens
 * what it needs at first use.
 */
export const engine = (settings: SettingsShape) =>
  Effect.gen(function* () {
    // The process ends with the command, so nobody waits for the database to be closed.
    const database = yield* Effect.scoped(Database.make(join(settings.root, "state.db"), { leaveOpen: true }))
    const base = Context.make(Settings, settings).pipe(
      Context.add(Database.Database, database),
      Context.add(BlobStore, FsBlobs.make(settings.root))
    )
    const layered = Context.add(base, LayerStore, yield* Effect.provide(FsLayers.make, base))
    const stored = Context.add(layered, BuildCache, yield* Effect.provide(FsCache.make, layered))
    const launching = Context.add(stored, Launcher, yield* Effect.provide(NamespaceLauncher.makeSettings, stored))
    const { direct, runtime } = yield* Effect.provide(SupervisedRuntime.make, launching)
    return stored.pipe(
      Context.add(Runtime, runtime),
      Context.add(SupervisedRuntime.DirectExec, direct),
      Context.add(Network, yield* Effect.provide(BridgeNetwork.make, stored)),
      Context.add(Images.Images, yield* Effect.provide(Images.make, stored)),
      Context.add(Containers.Containers, yield* Effect.provide(Containers.make, stored)),
      Context.add(Volumes.Volumes, yield* Effect.provide(Volumes.make, stored))
    )
  })

/** Everything a command may ask for. */
export type EngineServices =
  Effect.Effect.Success<ReturnType<typeof engine>> extends Context.Context<infer Services> ? Services : never
