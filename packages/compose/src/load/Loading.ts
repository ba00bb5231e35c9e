import { relative } from "node:path"
import type { YamlModule } from "../tree/parse-trees.ts"
import type { Report } from "../tree/Report.ts"
import type { Source } from "../tree/Tree.ts"

/** What every step of loading a project needs. */
export interface Loading {
  readonly yaml: YamlModule
  readonly report: Report
  readonly cwd: string
  readonly interpolate: boolean
}

/** A file that is read, and what it means. */
export interface Reading {
  /** Absolute. */
  readonly path: string
  readonly source: Source
}

/** How problems name a file that nobody named: relative when it lies below the caller's directory. */
export const shownPath = (path: string, cwd: string): string => {
  const short = relative(cwd, path)
  return short === "" || short.startsWith("..") ? path : short
}
