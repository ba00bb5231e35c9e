/**
 * Compiles every example that people are shown: the blocks of TypeScript in Markdown files and in docstrings, each as
 * a module of its own in the place of its text. Run as `node scripts/check-examples.ts`.
 */
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { type Example, examplesOfPage, examplesOfSource } from "./docs/examples.ts"
import { readSources } from "./house/sources.ts"
import { inRepository, repository, run } from "./repository.ts"

/** What is generated from sources has their examples once more. */
const pages = globSync(["*.md", "{apps,bench,examples,packages,plugins}/**/*.md"], {
  cwd: repository,
  exclude: (name) => name === "node_modules" || name === "dist"
})

const examples: ReadonlyArray<Example> = [
  ...pages.flatMap((path) => examplesOfPage(path, readFileSync(inRepository(path), "utf8"))),
  ...readSources()
    .filter(({ room }) => room === "src")
    .flatMap(({ path, text }) => examplesOfSource(path, text))
]

/** Below node_modules, so that packages are found; a mirror of the repository, so that neighbours are. */
const mirror = inRepository("node_modules/.cache/examples")
rmSync(mirror, { recursive: true, force: true })

/** What a page tells its reader to write, and who is like it. */
const written: ReadonlyArray<readonly [name: string, like: string]> = [
  ["plugins/template-store/my-store.ts", "plugins/template-store/src/FolderBlobs.ts"]
]
for (const [name, like] of written) {
  mkdirSync(dirname(join(mirror, name)), { recursive: true })
  writeFileSync(join(mirror, name), `export { default } from ${JSON.stringify(inRepository(like))}\n`)
}

const files = new Map<string, Example>()
for (const example of examples) {
  const name = `${example.path}.${example.line}.ts`
  files.set(name, example)
  mkdirSync(dirname(join(mirror, name)), { recursive: true })
  // Without an import or export it would share its names with all others.
  writeFileSync(join(mirror, name), `${example.code}\nexport {}\n`)
}

const configuration = {
  extends: inRepository("tsconfig.base.json"),
  compilerOptions: {
    rootDirs: [repository, mirror],
    types: ["node"],
    typeRoots: [inRepository("node_modules/@types")],
    // They show how a thing is called, and need not do anything with what it answers.
    noUnusedLocals: false,
    noUnusedParameters: false,
    isolatedModules: false,
    rewriteRelativeImportExtensions: false,
    plugins: []
  },
  include: ["**/*.ts"],
  exclude: []
}
mkdirSync(mirror, { recursive: true })
writeFileSync(join(mirror, "tsconfig.json"), JSON.stringify(configuration))

const { code, output } = await run(["tsc", "-p", join(mirror, "tsconfig.json"), "--pretty", "false"], { cwd: mirror })
for (const line of output.split("\n")) {
  // Lines of the text in place of lines of the module.
  const told = /^(.+\.ts)\((\d+),\d+\): (.*)$/.exec(line)
  const example = files.get(told?.[1] ?? "")
  if (told === null || example === undefined) {
    if (line !== "") console.error(line)
  } else console.error(`${example.path}:${example.line + Number(told[2]) - 1}  ${told[3]}`)
}
console.log(`examples: ${examples.length} compiled, ${code === 0 ? "all are right" : "some are not"}`)
process.exitCode = code === 0 && examples.length > 0 ? 0 : 1
