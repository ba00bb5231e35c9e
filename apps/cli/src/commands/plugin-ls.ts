import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { pluginLs as table } from "../argv/tables/plugins.ts"
import { ownPlugins } from "../compose.ts"
import { configPlaces } from "../configuration/config-places.ts"
import { readConfiguration, untrustedNotice } from "../configuration/read-configuration.ts"
import { type Choice, contracts } from "../plugins/Choice.ts"
import { choosePlugins } from "../plugins/choose-plugins.ts"
import { lawsVersionOf } from "../plugins/law-kit.ts"
import { loadPlugin } from "../plugins/load-plugin.ts"
import { complaint } from "../show/complaint.ts"
import { pluginColumns, pluginHeaders, pluginRow, type Serving } from "../show/plugin-row.ts"
import { version } from "../version.ts"
import { inherited } from "../plugins/inherited.ts"
import { define, lookingAtPlugins } from "./define.ts"
import { printListing } from "./listing.ts"

/** `gantry plugin ls`. A plugin that cannot be used is shown and complained of; the status is 1 then. */
export default lookingAtPlugins(
  define(table, ({ options }, { plugins, terminal }) =>
    Effect.gen(function* () {
      const { files, untrusted } = yield* readConfiguration(configPlaces(terminal.env, terminal.cwd))
      if (untrusted !== undefined) terminal.err(untrustedNotice(untrusted, terminal.env))
      const choices = yield* choosePlugins(files, plugins, terminal.env[inherited] ?? "", terminal.cwd)
      let broken = false
      const chosen = (choice: Choice) =>
        Effect.gen(function* () {
          const loaded = yield* Effect.either(loadPlugin(choice))
          if (Either.isLeft(loaded)) {
            broken = true
            terminal.err(complaint(loaded.left, terminal))
            const { contract, from, module } = choice
            return { contract, name: "(cannot be used)", version: undefined, laws: undefined, from, file: module }
          }
          const { file, manifest, name } = loaded.right
          const kit = lawsVersionOf(loaded.right)
          return { contract: choice.contract, name, version: manifest?.version, laws: kit, from: choice.from, file }
        })
      const serving = yield* Effect.forEach(contracts, (contract): Effect.Effect<Serving> => {
        const choice = choices.find((each) => each.contract === contract)
        return choice === undefined
          ? Effect.succeed({
              contract,
              name: ownPlugins[contract],
              version,
              laws: version,
              from: "gantry",
              file: undefined
            })
          : chosen(choice)
      })
      const listing = { rows: serving.map(pluginRow), headers: pluginHeaders, columns: pluginColumns }
      const status = yield* printListing(options.format, listing, terminal)
      return broken ? 1 : status
    })
  )
)
