import { pathToFileURL } from "node:url"
import { dirname } from "node:path"
import type { Contract } from "@gantry/core/Plugin"
import * as Effect from "effect/Effect"
import { findPackage, manifestOf } from "./find-module.ts"
import type { LoadedPlugin } from "./load-plugin.ts"
import { PluginFailed } from "./PluginFailed.ts"
import { shareModules } from "./share-modules.ts"

/** How the same case is tried again. */
export interface Replay {
  readonly seed: number
  readonly path: string
}

/** A law, as far as gantry knows laws: nothing that ships contains any. */
export interface KitLaw {
  readonly id: string
  readonly sentence: string
  readonly check: Effect.Effect<void, { readonly report: string; readonly replay?: Replay }, unknown>
}

/** The laws that a plugin's own package brings along. */
export interface LawKit {
  readonly version: string | undefined
  /** Undefined when the contract's laws need a bench, and so a test of the plugin's own. */
  readonly laws: ReadonlyArray<KitLaw> | undefined
}

interface KitModule {
  readonly lawsOfContract: (contract: Contract) => ReadonlyArray<KitLaw> | undefined
}

const isKit = (value: unknown): value is KitModule =>
  typeof value === "object" && value !== null && "lawsOfContract" in value && typeof value.lawsOfContract === "function"

/** Version of the laws that a plugin is held to: as its author says, else of those beside it, else what it depends on. */
export const lawsVersionOf = ({ file, laws, manifest }: LoadedPlugin): string | undefined => {
  const wanted = manifest?.wants["@gantry/laws"]
  if (laws !== undefined || wanted === undefined) return laws
  try {
    return manifestOf(findPackage("@gantry/laws/laws-of-contract", dirname(file)))?.version
  } catch {
    return wanted
  }
}

/**
 * Loads `@gantry/laws` as the plugin's package has it: its author decides which version it is held to. Laws and
 * generators are no part of gantry itself.
 */
export const loadKit = ({ choice, contract, file }: LoadedPlugin): Effect.Effect<LawKit, PluginFailed> =>
  Effect.tryPromise({
    try: async () => {
      const kitFile = findPackage("@gantry/laws/laws-of-contract", dirname(file))
      await shareModules()
      const kit: unknown = await import(pathToFileURL(kitFile).href)
      if (!isKit(kit)) throw new Error("that version of @gantry/laws cannot be asked for the laws of a contract")
      return { version: manifestOf(kitFile)?.version, laws: kit.lawsOfContract(contract) }
    },
    catch: (cause) =>
      new PluginFailed({
        module: choice.module,
        from: choice.from,
        why: `its laws could not be loaded: ${cause instanceof Error ? cause.message : String(cause)}`,
        hint: "npm install --save-dev @gantry/laws, where the plugin is"
      })
  })
