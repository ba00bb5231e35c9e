import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs"
import { basename, join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import * as Layer from "effect/Layer"

/**
 * Writes LAWS.md: every law, who is held to it, and which saboteurs it rejects.
 *
 * Run as `node --conditions=gantry-source scripts/write-laws.ts`; with `--check` nothing is written, and the exit status is 1
 * when the file is not what would be written.
 *
 * A file `x-laws.ts` exports its laws as `xLaws`, a file `x-saboteurs.ts` its saboteurs as `xSaboteurs`: a list, or a function
 * that makes it. Who is held to them is found in tests: `register(…, { name: "<who> keeps the … laws", laws: xLaws, … })`.
 */
const root = fileURLToPath(new URL("..", import.meta.url))

interface LawLine {
  readonly id: string
  readonly sentence: string
}

interface SaboteurLine {
  readonly sin: string
  readonly breaks: ReadonlyArray<string>
}

const camel = (name: string) => name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())

/** The list that a module of laws or saboteurs exports under the name of its file. */
const listOf = async (file: string): Promise<ReadonlyArray<unknown>> => {
  const name = camel(basename(file, ".ts"))
  const exported: unknown = (await import(pathToFileURL(join(root, file)).href))[name]
  // Laws are values and saboteurs are layers: nothing happens before somebody runs them, so any layer will do here.
  const list: unknown =
    typeof exported === "function" ? exported(exported.length === 0 ? undefined : Layer.empty) : exported
  if (!Array.isArray(list)) throw new Error(`${file} does not export ${name}`)
  return list
}

const isLaw = (value: unknown): value is LawLine =>
  typeof value === "object" && value !== null && "id" in value && "sentence" in value && "check" in value

const isSaboteur = (value: unknown): value is SaboteurLine =>
  typeof value === "object" && value !== null && "sin" in value && "breaks" in value && "layer" in value

/** Names of lists of laws, each with those whose tests register it. */
const heldTo = (): ReadonlyMap<string, ReadonlySet<string>> => {
  const held = new Map<string, Set<string>>()
  for (const file of globSync("{packages,plugins,apps}/*/test/**/*.ts", { cwd: root }).toSorted()) {
    const text = readFileSync(join(root, file), "utf8")
    for (const [, body = ""] of text.matchAll(/\bregister\(([\s\S]*?)\n?\}\s*\)/g)) {
      const who = /name: "([^"]+?) keeps? /.exec(body)?.[1]
      const laws = /\blaws: (\w+Laws)(?:For)?\b/.exec(body)?.[1]
      if (who === undefined || laws === undefined) continue
      held.set(laws, (held.get(laws) ?? new Set()).add(who))
    }
  }
  return held
}

const numbered = (id: string) => Number(id.replace(/^.*-/, ""))

const page = async (): Promise<string> => {
  const held = heldTo()
  const saboteurFiles = globSync("packages/laws/src/saboteurs/*-saboteurs.ts", { cwd: root }).toSorted()
  const saboteurs = (await Promise.all(saboteurFiles.map(listOf))).flat().filter(isSaboteur)
  const lines = [
    "# Laws",
    "",
    "Each law is a sentence that an implementation must make true, and a value in `packages/laws` that any test runner can check.",
    "Under each law stand the saboteurs that it rejects: implementations that are wrong on purpose, in one way each.",
    "",
    "Written by `scripts/write-laws.ts`; do not edit."
  ]
  const lawFiles = globSync("packages/laws/src/*-laws.ts", { cwd: root }).toSorted()
  for (const [index, list] of (await Promise.all(lawFiles.map(listOf))).entries()) {
    const name = basename(lawFiles[index] ?? "", ".ts")
    const laws = list.filter(isLaw).toSorted((a, b) => numbered(a.id) - numbered(b.id))
    const who = [...(held.get(camel(name)) ?? [])].toSorted()
    const title = name.replace("-", " ")
    lines.push("", `## ${title.slice(0, 1).toUpperCase()}${title.slice(1)}`, "")
    lines.push(`Held to them: ${who.length === 0 ? "nobody yet" : who.join(", ")}.`, "")
    for (const { id, sentence } of laws) {
      lines.push(`- **${id}** ${sentence}`)
      for (const { breaks, sin } of saboteurs) if (breaks.includes(id)) lines.push(`  - rejects what ${sin}`)
    }
  }
  return `${lines.join("\n")}\n`
}

const path = join(root, "LAWS.md")
const text = await page()
if (process.argv.includes("--check")) {
  const same = existsSync(path) && readFileSync(path, "utf8") === text
  if (!same) console.error("LAWS.md is stale: run node --conditions=gantry-source scripts/write-laws.ts")
  process.exitCode = same ? 0 : 1
} else writeFileSync(path, text)
