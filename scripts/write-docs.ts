/**
 * Writes the documentation of the libraries, from the declarations and docstrings of their builds: `docs/api`, which is
 * not kept in the repository. Run as `npm run docs`, after a build. That every name has a docstring is a rule of the house.
 */
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { chapter, declarationsOf } from "./docs/declarations.ts"
import { inRepository } from "./repository.ts"

const packages = ["core", "engine", "laws"] as const
const home = inRepository("docs/api")
rmSync(home, { recursive: true, force: true })

let names = 0
const contents = ["# The libraries"]
for (const each of packages) {
  const dist = inRepository("packages", each, "dist")
  const { description } = JSON.parse(readFileSync(inRepository("packages", each, "package.json"), "utf8")) as {
    readonly description: string
  }
  const pages = new Map<string, Array<string>>()
  for (const file of globSync("**/*.d.ts", { cwd: dist }).toSorted()) {
    const module = file.replace(/\.d\.ts$/, "")
    const declarations = declarationsOf(readFileSync(join(dist, file), "utf8"))
    if (declarations.length === 0) continue
    names += declarations.length
    const page = dirname(module) === "." ? "index" : dirname(module)
    pages.set(page, [...(pages.get(page) ?? []), chapter(`@gantry/${each}/${module}`, declarations)])
  }
  if (pages.size === 0) throw new Error(`@gantry/${each} has no declarations: npm run build makes them`)
  contents.push(`## @gantry/${each}`, description)
  contents.push([...pages.keys()].map((page) => `- [${page}](${each}/${page}.md)`).join("\n"))
  for (const [page, chapters] of pages) {
    const path = join(home, each, `${page}.md`)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, `# @gantry/${each}: ${page}\n\n${chapters.join("\n\n")}\n`)
  }
}
writeFileSync(join(home, "README.md"), `${contents.join("\n\n")}\n`)
console.log(`docs: ${names} names in docs/api`)
