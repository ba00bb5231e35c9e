import { Settings, type SettingsShape } from "@gantry/core/Settings"
import * as Database from "@gantry/core/state/Database"
import * as Containers from "@gantry/engine/containers/Containers"
import * as SupervisedRuntime from "@gantry/engine/containers/SupervisedRuntime"
import * as Images from "@gantry/engine/images/Images"
import * as Volumes from "@gantry/engine/volumes/Volumes"
import * as BridgeNetwork from "@gantry/plugin-network-bridge/BridgeNetwork"
import * as NamespaceLauncher from "@gantry/plugin-runtime-namespace/NamespaceLauncher"
import * as StoreFs from "@gantry/plugin-store-fs/StoreFs"
import * as Layer from "effect/Layer"
import { join } from "node:path"

/**
 * Which plugin serves which contract: the only file that names plugins. Everything opens at first use, so a command pays
 * only for what it touches.
 */
export const engine = (settings: SettingsShape) => {
  const base = Layer.merge(
    Layer.succeed(Settings, settings),
    Database.layer(join(settings.root, "state.db"), { leaveOpen: true })
  )
  const stores = Layer.provideMerge(StoreFs.layer, base)
  const runtime = Layer.provideMerge(
    Layer.provide(SupervisedRuntime.layer, NamespaceLauncher.layerSettings),
    Layer.provideMerge(BridgeNetwork.layer, stores)
  )
  return Layer.provideMerge(Layer.mergeAll(Images.layer, Containers.layer, Volumes.layer), runtime)
}

/** Everything a command may ask for. */
export type EngineServices = Layer.Layer.Success<ReturnType<typeof engine>>
