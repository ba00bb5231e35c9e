import type { Contract, Plugin } from "@gantry/core/Plugin"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import { type Choice, contracts } from "./Choice.ts"
import { findModule, type FoundModule, type PackageManifest } from "./find-module.ts"
import { PluginFailed } from "./PluginFailed.ts"
import { shareModules } from "./share-modules.ts"
import { checkOptions } from "./shared-modules.ts"
import { versionMismatch } from "./versions.ts"

/** A module that is asked to serve, whatever its contract is. */
export type Named = Omit<Choice, "contract">

/** A plugin whose options are good. Nothing of it has run but its module. */
export interface LoadedPlugin {
  readonly choice: Named
  readonly name: string
  readonly contract: Contract
  /** Absolute. */
  readonly file: string
  readonly manifest: PackageManifest | undefined
  /** Version of the laws that it says it keeps. */
  readonly laws: string | undefined
  /** Not built yet; what it provides and needs is found out then. */
  readonly layer: () => Layer.Layer<unknown, unknown, unknown>
}

/** A plugin of which nothing is known yet. */
type AnyPlugin = Plugin<unknown, unknown, unknown, unknown>

const isPlugin = (value: unknown): value is AnyPlugin =>
  typeof value === "object" &&
  value !== null &&
  "name" in value &&
  typeof value.name === "string" &&
  "contract" in value &&
  contracts.some((each) => each === value.contract) &&
  "layer" in value &&
  typeof value.layer === "function"

/** How many mistakes of one module are told: what follows the first is mostly its consequence. */
const mostMistakes = 3

/** What is wrong, with its line where a compiler says so. */
const words = (cause: unknown): string => {
  if (cause instanceof AggregateError && cause.errors.length > 0) {
    const rest = cause.errors.length - mostMistakes
    return [...cause.errors.slice(0, mostMistakes).map(words), ...(rest > 0 ? [`and ${rest} more`] : [])].join("; ")
  }
  const message =
    cause instanceof Error || Predicate.hasProperty(cause, "message") ? String(cause.message) : String(cause)
  const position = Predicate.hasProperty(cause, "position") ? cause.position : undefined
  return Predicate.hasProperty(position, "line") ? `line ${String(position.line)}: ${message}` : message
}

/** What to do about TypeScript that Node and Deno do not take from an installed package. */
const stripping = (cause: unknown): string | undefined =>
  /stripping types .* under node_modules/i.test(words(cause))
    ? "take a package of JavaScript, name a file outside of node_modules, or use the gantry that is one program"
    : undefined

const shape = 'a default export { name: "…", contract: "…", layer: (options) => … }'

/** Loads a module and checks what it exports and its options. */
export const loadModule = (choice: Named): Effect.Effect<LoadedPlugin, PluginFailed> =>
  Effect.gen(function* () {
    const failed = failing(choice)
    const found: FoundModule = yield* Effect.try({
      try: () => findModule(choice.module, choice.base),
      catch: (cause) => failed(words(cause), "name an installed package, or a path that begins with ./ or /")
    })
    const mismatch = versionMismatch(found.manifest)
    if (mismatch !== undefined) return yield* failed(mismatch, "take a version of the plugin for this gantry")
    const exported: { readonly default?: unknown } = yield* Effect.tryPromise({
      try: async () => {
        await shareModules()
        return (await import(found.url)) as { readonly default?: unknown }
      },
      catch: (cause) => failed(`it could not be loaded: ${words(cause)}`, stripping(cause))
    })
    const plugin = exported.default
    if (!isPlugin(plugin)) return yield* failed(`${found.file} is no plugin`, `a plugin has ${shape}`)
    return {
      choice,
      name: plugin.name,
      contract: plugin.contract,
      file: found.file,
      manifest: found.manifest,
      laws: plugin.laws,
      layer: yield* withOptions(plugin, choice, failed)
    }
  })

/** The same, for a contract that it must serve. */
export const loadPlugin = (choice: Choice): Effect.Effect<LoadedPlugin, PluginFailed> =>
  Effect.filterOrFail(
    loadModule(choice),
    ({ contract }) => contract === choice.contract,
    ({ contract }) =>
      failing(choice)(
        `it serves ${contract}, and was chosen for ${choice.contract}`,
        `choose it with --plugin ${contract}=${choice.module}`
      )
  )

type Failing = (why: string, hint?: string) => PluginFailed

const failing =
  ({ from, module }: Named): Failing =>
  (why, hint) =>
    new PluginFailed({ module, from, why, ...(hint !== undefined && { hint }) })

/** Decodes the options by the plugin's schema. */
const withOptions = (plugin: AnyPlugin, { options }: Named, failed: Failing) =>
  Effect.gen(function* () {
    if (plugin.options === undefined) {
      if (options !== undefined) return yield* failed("it takes no options", "leave them out")
      return () => plugin.layer({})
    }
    const { checkShape } = yield* Effect.promise(checkOptions)
    const schema = plugin.options
    const checked = yield* Effect.try({
      try: () => checkShape(schema, options ?? {}),
      catch: (cause) => failed(`its schema of options cannot be used: ${words(cause)}`)
    })
    if (Either.isLeft(checked)) return yield* failed(`its options do not fit: ${checked.left.join("; ")}`)
    return () => plugin.layer(checked.right)
  })

/** Loads the plugins of all choices, side by side. */
export const loadPlugins = (
  choices: ReadonlyArray<Choice>
): Effect.Effect<ReadonlyMap<Contract, LoadedPlugin>, PluginFailed> =>
  Effect.map(
    Effect.forEach(choices, loadPlugin, { concurrency: "unbounded" }),
    (all) => new Map(all.map((each) => [each.contract, each]))
  )
