/**
 * Checks that package-lock.json can be installed everywhere: npm leaves an optional package out of a lock file without a
 * word when a registry does not have it, and then `npm ci` refuses that lock file. The file also names no registry.
 */
import { readFileSync } from "node:fs"
import { inRepository } from "./repository.ts"

interface Locked {
  readonly optionalDependencies?: { readonly [name: string]: string }
  readonly resolved?: string
  readonly link?: boolean
}

const { packages } = JSON.parse(readFileSync(inRepository("package-lock.json"), "utf8")) as {
  readonly packages: { readonly [path: string]: Locked }
}

/** Where Node would look for a package that `from` asks for. */
const places = (from: string, name: string): ReadonlyArray<string> => {
  const parents = from.split("/node_modules/").map((_, index, all) => all.slice(0, index + 1).join("/node_modules/"))
  return [...parents.toReversed().map((parent) => `${parent}/node_modules/${name}`), `node_modules/${name}`]
}

const problems = Object.entries(packages).flatMap(([path, { link, optionalDependencies = {}, resolved }]) => [
  ...Object.keys(optionalDependencies)
    .filter((name) => !places(path, name).some((place) => place in packages))
    .map((name) => `${path || "the root"} may use ${name}, and it has no entry`),
  ...(resolved !== undefined && link !== true ? [`${path} is tied to ${resolved}`] : [])
])

for (const problem of problems) console.error(`package-lock.json: ${problem}`)
console.log(`lock file: ${Object.keys(packages).length} packages, ${problems.length} problems`)
process.exitCode = problems.length === 0 ? 0 : 1
