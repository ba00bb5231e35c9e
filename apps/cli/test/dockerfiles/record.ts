import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Case } from "./Case.ts"
import type { ImageFacts } from "./listing.ts"

/** What a case must come to. */
export type Expected = Pick<ImageFacts, "tree" | "config"> & Partial<Pick<ImageFacts, "history">>

const file = join(import.meta.dirname, "recorded.json")

/** Images that the others made of the cases, by the name of the case. */
export const recorded: { readonly [name: string]: Expected } = JSON.parse(readFileSync(file, "utf8"))

/** Writes down what the others agree on. */
export const record = (found: ReadonlyMap<string, Expected>): void => {
  const all = { ...recorded, ...Object.fromEntries(found) }
  const sorted = Object.fromEntries(Object.entries(all).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  writeFileSync(file, `${JSON.stringify(sorted, undefined, 2)}\n`)
}

/** What stands in the case itself, or was recorded of the others. */
export const expectedOf = ({ expected, name }: Case, { config }: Expected): Expected | undefined =>
  expected === undefined ? recorded[name] : { tree: expected, config }
