import { pathToFileURL } from "node:url"
import * as nodeModule from "node:module"
import { join } from "node:path"
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
  readonly resolveSync: (specifier: string, directory: string) => string
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
  const { absurd, flow, hole, identity, pipe, unsafeCoerce } = await import("effect/Function")
  return { ...modules, absurd, flow, hole, identity, pipe, unsafeCoerce }
}

const withBarrel: ModuleTable = { ...sharedModules, effect: () => barrel(sharedModules) }

/** How a package is found from a directory. Set once the modules are shared. */
let resolver: ((specifier: string, directory: string) => Promise<string>) | undefined

/** Bun loads each of them when a plugin first asks for it. */
const shareWithBun = (host: BunHost) => {
  host.plugin({
    name: "gantry",
    setup: (build) => {
      for (const [specifier, load] of Object.entries(withBarrel)) {
        build.module(specifier, async () => ({ exports: await load(), loader: "object" }))
      }
    }
  })
  return async (specifier: string, directory: string) => pathToFileURL(host.resolveSync(specifier, directory)).href
}

const shared = "gantry-shared:"
const asked = "gantry-asked:"

/** The hooks of Node, and of Deno, answer at once: everything is loaded before. */
const shareWithNode = async () => {
  const modules = new Map(
    await Promise.all(Object.entries(withBarrel).map(async ([specifier, load]) => [specifier, await load()] as const))
  )
  const key = Symbol.for("gantry/shared-modules")
  Object.assign(globalThis, { [key]: modules })
  const found = new Map<string, string>()
  nodeModule.registerHooks({
    resolve: (specifier, context, next) => {
      if (specifier.startsWith(asked)) {
        const [name = "", directory = ""] = JSON.parse(decodeURIComponent(specifier.slice(asked.length)))
        const answer = next(name, { ...context, parentURL: pathToFileURL(join(directory, "gantry.js")).href })
        found.set(specifier, answer.url)
        return { url: `${shared}nothing`, format: "module", shortCircuit: true }
      }
      return modules.has(specifier)
        ? { url: `${shared}${specifier}`, format: "module", shortCircuit: true }
        : next(specifier, context)
    },
    load: (url, context, next) => {
      if (!url.startsWith(shared)) return next(url, context)
      const specifier = url.slice(shared.length)
      const names = Object.keys(modules.get(specifier) ?? {}).filter((name) => name !== "default")
      const source = [
        `const from = globalThis[Symbol.for("gantry/shared-modules")].get(${JSON.stringify(specifier)})`,
        ...names.flatMap((name, at) => [`const _${at} = from[${JSON.stringify(name)}]`, `export { _${at} as ${name} }`])
      ]
      return { format: "module", source: `${source.join("\n")}\n`, shortCircuit: true }
    }
  })
  return async (specifier: string, directory: string) => {
    const question = `${asked}${encodeURIComponent(JSON.stringify([specifier, directory]))}`
    await import(question)
    return found.get(question) ?? ""
  }
}

/**
 * Lets every module that is loaded from now on find gantry's own Effect and `@gantry/core`, in the compiled program and
 * under Node, Bun and Deno. Returns how a package is found from a directory, as the URL of a file.
 */
export const shareModules = async (): Promise<(specifier: string, directory: string) => Promise<string>> => {
  const host = bun()
  resolver ??= host === undefined ? await shareWithNode() : shareWithBun(host)
  return resolver
}
