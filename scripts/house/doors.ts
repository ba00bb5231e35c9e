import type { Finding } from "./Finding.ts"
import { homeOfPackage, resolveImport, type Source } from "./sources.ts"

/** Which homes a home may import from. `types` only: what is left of the import after compilation is nothing. */
const doors: {
  readonly [home: string]: { readonly to: ReadonlyArray<string>; readonly types?: ReadonlyArray<string> }
} = {
  "packages/core": { to: [] },
  "packages/linux": { to: [], types: ["packages/core"] },
  "packages/build": { to: ["packages/core"] },
  "packages/compose": { to: ["packages/core"] },
  "packages/engine": { to: ["packages/build", "packages/core", "packages/linux"] },
  "packages/laws": { to: ["packages/build", "packages/core"] },
  "apps/cli": { to: ["packages/build", "packages/compose", "packages/core", "packages/engine", "packages/linux"] }
}
const pluginDoors = { to: ["packages/core", "packages/linux"], types: [] }

/** In tests a plugin and a package may also use the laws and the reference implementation. */
const testDoors = new Set(["packages/laws", "plugins/memory"])

/** The only files that name plugins: the composition, what is begun before it is loaded, and the entry of the tiny processes. */
const mayNamePlugins = [
  "apps/cli/src/compose.ts",
  "apps/cli/src/ahead/plans.ts",
  "apps/cli/src/ahead/stored.ts",
  "apps/cli/src/bin.ts"
]

const isPlugin = (home: string) => home.startsWith("plugins/")

/** Imports go through the doors that the house has. */
export const checkDoors = (sources: ReadonlyArray<Source>): ReadonlyArray<Finding> =>
  sources.flatMap((source) =>
    source.imports.flatMap((imported): ReadonlyArray<Finding> => {
      const { line, target, typeOnly } = imported
      const finding = (what: string) => [{ rule: "doors", path: source.path, line, what }]
      if (target.startsWith(".")) {
        const file = resolveImport(source, target) ?? ""
        return file.startsWith(`${source.home}/`) ? [] : finding(`${target} leaves the package; import it by name`)
      }
      if (source.room === "src" && target === "effect") return finding("import from effect/Module, not from the barrel")
      if (source.room === "src" && target === "fast-check" && source.home !== "packages/laws") {
        return finding("fast-check is for tests and laws")
      }
      const home = homeOfPackage(target)
      if (home === undefined || home === source.home) return []
      if (source.room === "test" && (testDoors.has(home) || source.home === "apps/cli")) return []
      if (source.home === "apps/cli" && isPlugin(home)) {
        return mayNamePlugins.includes(source.path) ? [] : finding(`only ${mayNamePlugins.join(" and ")} name plugins`)
      }
      const { to, types = [] } = isPlugin(source.home) ? pluginDoors : (doors[source.home] ?? { to: [] })
      if (to.includes(home) || (typeOnly && types.includes(home))) return []
      return finding(`there is no door from ${source.home} to ${home}`)
    })
  )

/** Where the tiny processes begin. They start for every container, layer or build step and must stay small. */
const tiny = [
  "plugins/runtime-namespace/src/init/main.ts",
  "plugins/runtime-namespace/src/init/sequences.ts",
  "plugins/runtime-oci/src/run/main.ts",
  "plugins/runtime-oci/src/run/print.ts",
  "plugins/store-fs/src/pack/main.ts",
  "plugins/store-fs/src/unpack/main.ts",
  "packages/engine/src/supervisor/main.ts",
  "apps/cli/src/bin.ts",
  "apps/cli/src/main.ts"
]

/** The tiny processes, and the way to `--version`, load no Effect. */
export const checkTiny = (sources: ReadonlyArray<Source>): ReadonlyArray<Finding> => {
  const byPath = new Map(sources.map((source) => [source.path, source]))
  return tiny.flatMap((entry): ReadonlyArray<Finding> => {
    const start = byPath.get(entry)
    if (start === undefined)
      return [{ rule: "tiny", path: entry, line: 1, what: "an entry of a tiny process is missing" }]
    const seen = new Map([[entry, [entry]]])
    const queue = [start]
    for (let source = queue.shift(); source !== undefined; source = queue.shift()) {
      const way = seen.get(source.path) ?? []
      for (const { dynamic, line, target, typeOnly } of source.imports) {
        if (typeOnly || dynamic) continue
        if (/^(@effect\/|effect($|\/))/.test(target)) {
          return [{ rule: "tiny", path: source.path, line, what: `${target} is loaded by ${[...way].join(" → ")}` }]
        }
        const next = byPath.get(resolveImport(source, target) ?? "")
        if (next === undefined || seen.has(next.path)) continue
        seen.set(next.path, [...way, next.path])
        queue.push(next)
      }
    }
    return []
  })
}
