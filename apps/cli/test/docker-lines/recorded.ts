import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type { Played } from "./Line.ts"

/** Where it is written down what docker makes of each line. */
export const recordedFile = join(import.meta.dirname, "recorded.json")

/** A line and what docker made of it. */
export type Recorded = Played & { readonly line: string }

/** What docker makes of the lines of each scene, in their order. */
export const recorded: { readonly [scene: string]: ReadonlyArray<Recorded> | undefined } = existsSync(recordedFile)
  ? JSON.parse(readFileSync(recordedFile, "utf8"))
  : {}
