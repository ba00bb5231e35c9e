import { chmodSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import type { Case, Thing } from "./Case.ts"

/** Writes a case's context to a new directory: everything 0644 and 0755 unless the case says otherwise, whatever the umask. */
export const place = ({ dockerfile, files = {} }: Pick<Case, "dockerfile" | "files">, directory: string): void => {
  const made = new Set<string>()
  const makeDirectory = (path: string): void => {
    if (made.has(path)) return
    if (path !== directory) makeDirectory(dirname(path))
    mkdirSync(path, { recursive: true })
    chmodSync(path, 0o755)
    made.add(path)
  }
  const write = (path: string, content: string | Uint8Array, mode: number): void => {
    writeFileSync(path, content)
    chmodSync(path, mode)
  }
  const things: { readonly [path: string]: Thing } = { ...files, Dockerfile: dockerfile }
  for (const [name, thing] of Object.entries(things)) {
    const path = join(directory, name)
    makeDirectory(dirname(path))
    if (typeof thing === "string" || thing instanceof Uint8Array) write(path, thing, 0o644)
    else if ("link" in thing) symlinkSync(thing.link, path)
    else if ("same" in thing) linkSync(join(directory, thing.same), path)
    else if ("text" in thing) write(path, thing.text, thing.mode)
    else {
      makeDirectory(path)
      chmodSync(path, thing.directory)
    }
  }
}
