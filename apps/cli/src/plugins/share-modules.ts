import * as nodeModule from "node:module"
import { type ModuleTable, sharedModules } from "./shared-modules.ts"

/** What this file uses of Bun, which the compiled program runs on. */
interface BunHost {
  readonly plugin: (plugin: {
    readonly name: string
    readonly setup: (build: {
      readonly module: (
        specifier: string,
        load: () => Promise<{ readonly exports: object; readonly loader: "object" }>
      ) => void
    }) => void
  }) => void
}

const bun = (): BunHost | undefined => (globalThis as { readonly Bun?: BunHost }).Bun

/** What `import { Effect } from "effect"` finds: the modules of the table under their own names. */
const barrel = async (table: ModuleTable): Promise<object> => {
  const parts = Object.entries(table).flatMap(([specifier, load]) =>
    specifier.startsWith("effect/")
      ? [load().then((module) => [specifier.slice("effect/".length), module] as const)]
      : []
  )
  const modules = Object.fromEntries(await Promise.all(parts))
  // These it exports by themselves as well.
  const { absurd, flow, hole, identity, pipe, unsafeCoerce } = modules["Function"] as { [name: string]: unknown }
  return { ...modules, absurd, flow, hole, identity, pipe, unsafeCoerce }
}

const withBarrel: ModuleTable = { ...sharedModules, effect: () => barrel(sharedModules) }

let shared: Promise<void> | undefined

/** Everything under the names that plugins import. */
const loadAll = async (): Promise<ReadonlyMap<string, object>> =>
  new Map(
    await Promise.all(Object.entries(withBarrel).map(async ([specifier, load]) => [specifier, await load()] as const))
  )

/**
 * Bun loads each of them when a plugin first asks for it. Sources import by the same names as plugins and would be sent
 * round in a circle: from there everything is loaded before.
 */
const shareWithBun = async (host: BunHost) => {
  const loaded = import.meta.url.endsWith(".ts") ? await loadAll() : undefined
  host.plugin({
    name: "gantry",
    setup: (build) => {
      for (const [specifier, load] of Object.entries(withBarrel)) {
        build.module(specifier, async () => ({ exports: loaded?.get(specifier) ?? (await load()), loader: "object" }))
      }
    }
  })
}

const scheme = "gantry-shared:"

/** The hooks of Node, and of Deno, answer at once: everything is loaded before. */
const shareWithNode = async () => {
  const modules = await loadAll()
  const key = Symbol.for("gantry/shared-modules")
  Object.assign(globalThis, { [key]: modules })
  nodeModule.registerHooks({
    resolve: (specifier, context, next) =>
      modules.has(specifier)
        ? { url: `${scheme}${specifier}`, format: "module", shortCircuit: true }
        : next(specifier, context),
    load: (url, context, next) => {
      if (!url.startsWith(scheme)) return next(url, context)
      const specifier = url.slice(scheme.length)
      const names = Object.keys(modules.get(specifier) ?? {}).filter((name) => name !== "default")
      const source = [
        `const from = globalThis[Symbol.for("gantry/shared-modules")].get(${JSON.stringify(specifier)})`,
        ...names.flatMap((name, at) => [`const _${at} = from[${JSON.stringify(name)}]`, `export { _${at} as ${name} }`])
      ]
      return { format: "module", source: `${source.join("\n")}\n`, shortCircuit: true }
    }
  })
}

/**
 * Lets every module that is loaded from now on find gantry's own Effect and `@gantry/core`, in the compiled program and
 * under Node, Bun and Deno.
 */
export const shareModules = (): Promise<void> => {
  const host = bun()
  shared ??= host === undefined ? shareWithNode() : shareWithBun(host)
  return shared
}
