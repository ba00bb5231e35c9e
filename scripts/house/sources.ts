import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join, normalize } from "node:path"
import { inRepository } from "../repository.ts"
import { mask } from "./mask.ts"

/** One import, export-from or dynamic import of a file. */
export interface Import {
  readonly target: string
  readonly line: number
  /** Gone after compilation. */
  readonly typeOnly: boolean
  readonly dynamic: boolean
}

/** A TypeScript file of the repository, read once. */
export interface Source {
  /** From the repository's root. */
  readonly path: string
  /** `packages/core`, `plugins/memory`, `apps/cli`. */
  readonly home: string
  readonly room: "src" | "test"
  readonly text: string
  /** The text with comments and strings blanked. */
  readonly code: string
  readonly lines: ReadonlyArray<string>
  readonly codeLines: ReadonlyArray<string>
  readonly imports: ReadonlyArray<Import>
}

const importPattern = /^(?:import|export)\s+(type\s+)?([^"'`;]*?\bfrom\s+)?"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)/gm

const importsOf = (text: string): ReadonlyArray<Import> =>
  Array.from(mask(text, { keepStrings: true }).matchAll(importPattern), (match) => {
    const [, type, names = "", fixed, dynamic] = match
    const members = /\{([^}]*)\}/.exec(names)?.[1]
    const eachTyped =
      members !== undefined &&
      !/^[^{]*\w+\s*,/.test(names) &&
      members.split(",").every((name) => /^\s*(type\s|$)/.test(name))
    return {
      target: fixed ?? dynamic ?? "",
      line: text.slice(0, match.index).split("\n").length,
      typeOnly: type !== undefined || eachTyped,
      dynamic: dynamic !== undefined
    }
  })

/** A file with this text. `path` is from the repository's root: `packages/core/src/Held.ts`. */
export const makeSource = (path: string, text: string): Source => {
  const [floor = "", name = "", room = ""] = path.split("/")
  const code = mask(text)
  return {
    path,
    home: `${floor}/${name}`,
    room: room === "test" ? "test" : "src",
    text,
    code,
    lines: text.split("\n"),
    codeLines: code.split("\n"),
    imports: importsOf(text)
  }
}

/** Every package, plugin and app, as a folder from the repository's root. */
export const homes: ReadonlyArray<string> = ["packages", "plugins", "apps"].flatMap((floor) =>
  existsSync(inRepository(floor)) ? readdirSync(inRepository(floor)).map((name) => `${floor}/${name}`) : []
)

/** Every TypeScript file in `src` and `test` of every home. */
export const readSources = (): ReadonlyArray<Source> =>
  homes.flatMap((home) =>
    (["src", "test"] as const).flatMap((room) => {
      const folder = join(home, room)
      if (!existsSync(inRepository(folder))) return []
      return readdirSync(inRepository(folder), { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".ts"))
        .toSorted()
        .map((name) => join(folder, name))
        .map((path) => makeSource(path, readFileSync(inRepository(path), "utf8")))
    })
  )

/** `packages/core` for `@gantry/core/…`, `plugins/memory` for `@gantry/plugin-memory/…`; none for others' packages. */
export const homeOfPackage = (target: string): string | undefined => {
  const [, plugin, name] = /^@gantry\/(plugin-)?([a-z-]+)(?:\/|$)/.exec(target) ?? []
  return name === undefined ? undefined : `${plugin === undefined ? "packages" : "plugins"}/${name}`
}

/** The file that an import means, from the repository's root; none for others' packages. */
export const resolveImport = (from: Source, target: string): string | undefined => {
  if (target.startsWith(".")) return normalize(join(dirname(from.path), target))
  const home = homeOfPackage(target)
  return home === undefined ? undefined : `${home}/src/${target.split("/").slice(2).join("/")}.ts`
}
