import { writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Gantry } from "./gantry.ts"

/** Writes a compose.yaml and whatever is beside it; returns how commands are run for that project, which is called `shop`. */
export const projectIn = (gantry: Gantry, yaml: string, others: { readonly [path: string]: string } = {}) => {
  const folder = gantry.context({ "compose.yaml": yaml, ...others })
  const file = join(folder, "compose.yaml")
  const words = ["compose", "--project-name", "shop", "-f", file]
  return {
    folder,
    rewrite: (text: string) => writeFileSync(file, text),
    ok: (...args: ReadonlyArray<string>) => gantry.ok(...words, ...args),
    try: (...args: ReadonlyArray<string>) => gantry.try(...words, ...args),
    start: (...args: ReadonlyArray<string>) => gantry.start(...words, ...args)
  }
}
