import { existsSync, readFileSync, realpathSync, statSync } from "node:fs"
import { dirname, isAbsolute, join, resolve } from "node:path"
import { pathToFileURL } from "node:url"

/** A module on the disk. */
export interface FoundModule {
  /** Absolute. */
  readonly file: string
  readonly url: string
  /** The nearest package.json's name and version, and what it depends on; absent when there is none. */
  readonly manifest: PackageManifest | undefined
}

/** What matters of a package.json. */
export interface PackageManifest {
  readonly name?: string
  readonly version?: string
  /** Ranges by package, of whatever kind of dependency. */
  readonly wants: { readonly [name: string]: string }
}

type Json = { readonly [name: string]: unknown }

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)

const readJson = (file: string): Json | undefined => {
  const value: unknown = JSON.parse(readFileSync(file, "utf8"))
  return isObject(value) ? value : undefined
}

/** The file a value of `exports` stands for, by the conditions that hold for an import. `star` takes the place of `*`. */
const target = (value: unknown, star: string): string | undefined => {
  if (typeof value === "string") return value.replaceAll("*", star)
  if (!isObject(value)) return undefined
  for (const [condition, each] of Object.entries(value)) {
    if (!["import", "node", "module", "default"].includes(condition)) continue
    const found = target(each, star)
    if (found !== undefined) return found
  }
  return undefined
}

/** The file that a package's `exports` lead to. Spec: Node.js, Packages, "Subpath exports" and "Subpath patterns". */
const exported = (exports: unknown, subpath: string): string | undefined => {
  const bySubpath = isObject(exports) && Object.keys(exports).some((key) => key.startsWith("."))
  if (!bySubpath) return subpath === "." ? target(exports, "") : undefined
  if (subpath in exports) return target(exports[subpath], "")
  for (const [pattern, value] of Object.entries(exports)) {
    const [before, after] = pattern.split("*")
    if (before === undefined || after === undefined) continue
    if (!subpath.startsWith(before) || !subpath.endsWith(after)) continue
    return target(value, subpath.slice(before.length, subpath.length - after.length))
  }
  return undefined
}

const usual = ["index.js", "index.mjs", "index.ts", "src/index.ts"]

/** The module that a folder stands for: its package's, or an index. */
const entryOf = (folder: string, subpath = "."): string => {
  const manifest = existsSync(join(folder, "package.json")) ? readJson(join(folder, "package.json")) : undefined
  const exports = manifest?.["exports"]
  const named =
    exported(exports, subpath) ?? (subpath === "." && exports === undefined ? manifest?.["main"] : undefined)
  if (typeof named === "string") return join(folder, named)
  if (exports !== undefined) throw new Error(`the package in ${folder} does not export ${subpath}`)
  if (subpath !== ".") return join(folder, subpath)
  const found = usual.map((name) => join(folder, name)).find((file) => existsSync(file))
  if (found !== undefined) return found
  throw new Error(`the folder ${folder} has neither a package.json that names a module nor ${usual.join(", ")}`)
}

/**
 * The file of a package's module, looked for in `node_modules` of a directory and of those that hold it. Runtimes do the
 * same for imports; but the compiled program does it for nobody who asks from inside.
 */
export const findPackage = (specifier: string, directory: string): string => {
  const [, name = specifier, rest = ""] = /^((?:@[^/]+\/)?[^/]+)(\/.*)?$/.exec(specifier) ?? []
  for (let at = directory; ; at = dirname(at)) {
    const folder = join(at, "node_modules", name)
    if (existsSync(folder)) return entryOf(realpathSync(folder), `.${rest}`)
    if (dirname(at) === at) throw new Error(`there is no package ${name} for ${directory}`)
  }
}

/** The nearest package.json above a file, or none. */
export const manifestOf = (file: string): PackageManifest | undefined => {
  for (let at = dirname(file); dirname(at) !== at; at = dirname(at)) {
    const path = join(at, "package.json")
    if (!existsSync(path)) continue
    const manifest = readJson(path) ?? {}
    const wants = ["devDependencies", "dependencies", "peerDependencies"].flatMap((kind) => {
      const ranges = manifest[kind]
      return isObject(ranges) ? Object.entries(ranges) : []
    })
    const { name, version } = manifest
    return {
      ...(typeof name === "string" && { name }),
      ...(typeof version === "string" && { version }),
      wants: Object.fromEntries(wants.filter((entry): entry is [string, string] => typeof entry[1] === "string"))
    }
  }
  return undefined
}

/** What a path may leave out, as in `./mine` for `./mine.ts`. */
const endings = [".ts", ".js", ".mts", ".mjs"]

/** Whether it is a path, and not the name of a package. */
export const isPath = (module: string): boolean => isAbsolute(module) || /^\.{1,2}(?:\/|$)/.test(module)

/**
 * Finds a module by path, which may be a folder's or leave the ending of a file out, or by a package's name from a
 * directory on. Throws when there is none.
 */
export const findModule = (module: string, base: string): FoundModule => {
  const found = (file: string): FoundModule => ({ file, url: pathToFileURL(file).href, manifest: manifestOf(file) })
  if (!isPath(module)) return found(findPackage(module, base))
  const path = resolve(base, module)
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats !== undefined) return found(stats.isDirectory() ? entryOf(path) : path)
  const ending = endings.find((each) => existsSync(`${path}${each}`))
  if (ending === undefined) throw new Error(`there is no ${path}, with or without ${endings.join(", ")}`)
  return found(`${path}${ending}`)
}
