import type { SettingsShape } from "@gantry/core/Settings"
import * as Effect from "effect/Effect"
import { engine } from "../compose.ts"
import type { ConfigPlace } from "../configuration/config-places.ts"
import { readConfiguration, said, untrustedNotice } from "../configuration/read-configuration.ts"
import type { Environment } from "../settings.ts"
import type { Terminal } from "../terminal.ts"
import { mark } from "../trace.ts"
import { inherited } from "./inherited.ts"
import { choosePlugins } from "./choose-plugins.ts"
import { serveOwn } from "./Serve.ts"

/** What decides who serves. */
interface Asked {
  readonly settings: SettingsShape
  readonly env: Environment
  readonly plugins: ReadonlyArray<string>
  readonly terminal: Terminal
}

/** Composes the engine as configuration and options say. What plugins hold is given back when the scope closes. */
export const configuredEngine = (
  { env, plugins, settings: given, terminal }: Asked,
  places: ReadonlyArray<ConfigPlace>,
  fromParent: string
) =>
  Effect.gen(function* () {
    const { files, untrusted } = yield* readConfiguration(places)
    mark("configuration read")
    if (untrusted !== undefined) terminal.err(untrustedNotice(untrusted, env))
    const publishAddress = said({ files }, ({ publish }) => publish?.defaultAddress)
    const publishMode = said({ files }, ({ publish }) => publish?.mode)
    const settings: SettingsShape = {
      ...given,
      ...(publishAddress === undefined ? {} : { publishAddress }),
      ...(publishMode === undefined ? {} : { publishProxied: publishMode === "proxy" })
    }
    const configFiles = files.map(({ file }) => file)
    const choices = yield* choosePlugins(files, plugins, fromParent, terminal.cwd)
    if (choices.length === 0) return yield* engine(settings, { env, configFiles, serve: serveOwn })
    const { loadPlugins } = yield* Effect.promise(() => import("./load-plugin.ts"))
    const loaded = yield* loadPlugins(choices)
    mark("plugins loaded")
    // Supervisors, and what they call when a container has ended, must find the same services in another directory.
    process.env[inherited] = JSON.stringify(
      [...loaded.values()].map(({ choice, file }) => ({ ...choice, module: file }))
    )
    const { serveWith } = yield* Effect.promise(() => import("./serve-with.ts"))
    return yield* engine(settings, { env, configFiles, serve: serveWith(loaded, yield* Effect.scope) })
  })
