import { readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import * as Either from "effect/Either"
import { TreeFormatter } from "effect/ParseResult"
import { decodeCdiSpec } from "./cdi-spec.ts"
import type { CdiFile } from "./find-edits.ts"

/** Where files of the Container Device Interface are; the later directory counts before the earlier. */
export const cdiDirectories: ReadonlyArray<string> = ["/etc/cdi", "/var/run/cdi"]

/** No file is larger, in bytes. */
const largest = 16 * 1024 * 1024

/** The part of the global `Bun` that is used. */
interface BunYaml {
  readonly YAML?: { readonly parse: (text: string) => unknown }
}

/** All files of the Container Device Interface on this machine. */
export const readCdiFiles = (directories: ReadonlyArray<string> = cdiDirectories): ReadonlyArray<CdiFile> =>
  directories.flatMap((directory, priority) =>
    namesIn(directory)
      .filter((name) => /\.(json|ya?ml)$/.test(name))
      .toSorted()
      .map((name) => {
        const path = join(directory, name)
        return { path, priority, spec: Either.flatMap(contentOf(path), decoded) }
      })
  )

const namesIn = (directory: string): ReadonlyArray<string> => {
  try {
    return readdirSync(directory)
  } catch {
    // Few machines have both, or either.
    return []
  }
}

const contentOf = (path: string): Either.Either<unknown, string> => {
  const yaml = (globalThis as unknown as { readonly Bun?: BunYaml }).Bun?.YAML
  if (!path.endsWith(".json") && yaml === undefined) {
    return Either.left("only the standalone program and Bun read YAML: write it as JSON")
  }
  return Either.try({
    try: (): unknown => {
      const { size } = statSync(path)
      if (size > largest) throw new Error(`it has ${size} bytes, more than ${largest}`)
      const text = readFileSync(path, "utf8")
      return path.endsWith(".json") ? JSON.parse(text) : yaml?.parse(text)
    },
    catch: (error) => (error instanceof Error ? error.message : String(error))
  })
}

const decoded = (content: unknown) =>
  Either.mapLeft(decodeCdiSpec(content), (error) => TreeFormatter.formatErrorSync(error))
