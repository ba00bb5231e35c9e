import { createHash } from "node:crypto"
import { join } from "node:path"
import { Downloads } from "@gantry/core/download/Downloads"
import { Credentials } from "@gantry/core/registry/Credentials"
import * as Registry from "@gantry/core/registry/Registry"
import { Launcher } from "@gantry/core/runtime/Launcher"
import { Settings, type SettingsShape } from "@gantry/core/Settings"
import * as Database from "@gantry/core/state/Database"
import * as Containers from "@gantry/engine/containers/Containers"
import * as SupervisedRuntime from "@gantry/engine/containers/SupervisedRuntime"
import * as Images from "@gantry/engine/images/Images"
import * as LayerSources from "@gantry/engine/images/LayerSources"
import * as Volumes from "@gantry/engine/volumes/Volumes"
import * as BridgeNetwork from "@gantry/plugin-network-bridge/BridgeNetwork"
import * as DockerCredentials from "@gantry/plugin-registry-http/DockerCredentials"
import * as HttpDownloads from "@gantry/plugin-registry-http/HttpDownloads"
import * as HttpRegistry from "@gantry/plugin-registry-http/HttpRegistry"
import * as NamespaceLauncher from "@gantry/plugin-runtime-namespace/NamespaceLauncher"
import * as FsDisk from "@gantry/plugin-store-fs/FsDisk"
import * as FsLocks from "@gantry/plugin-store-fs/FsLocks"
import * as StoreFs from "@gantry/plugin-store-fs/StoreFs"
import * as Layer from "effect/Layer"
import * as Effect from "effect/Effect"

/**
 * The engine that the program `gantry` has, as Effect layers. Needs root.
 *
 * `root`: an absolute directory for all that it keeps. `gantry`: the program that its tiny processes are.
 */
export const engine = (root: string, gantry: string) => {
  const settings: SettingsShape = {
    root,
    run: join(root, "run"),
    jobs: 2,
    // Tells its networks and control groups from those of other engines, as the program gantry does it.
    instance: createHash("sha256").update(root).digest("hex").slice(0, 6),
    self: [gantry]
  }
  const env: { readonly [name: string]: string | undefined } = process.env
  const credentials = DockerCredentials.make({ env, configFile: join(env["HOME"] ?? "/", ".docker/config.json") })
  const registry = HttpRegistry.makeDriver({ env, configFiles: [], version: "embedded", credentials })
  const remote = Layer.mergeAll(
    Layer.succeed(Credentials, credentials),
    Layer.effect(Registry.Registry, Effect.map(registry, Registry.make)),
    Layer.effect(Downloads, HttpDownloads.make({ env, version: "embedded" }))
  )
  const running = Layer.provide(SupervisedRuntime.layer, Layer.effect(Launcher, NamespaceLauncher.makeSettings))
  return Layer.mergeAll(Images.layer, LayerSources.layer, Containers.layer, Volumes.layer).pipe(
    Layer.provideMerge(
      Layer.mergeAll(StoreFs.layer, FsDisk.layer, FsLocks.layer, BridgeNetwork.layer, remote, running)
    ),
    Layer.provideMerge(Database.layer(join(root, "state.db"))),
    Layer.provideMerge(Layer.succeed(Settings, settings))
  )
}
