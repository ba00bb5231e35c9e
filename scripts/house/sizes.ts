import { dirname } from "node:path"
import type { Finding } from "./Finding.ts"
import type { Source } from "./sources.ts"

const longest = 300
const fullest = 15

/** Long files and full folders: where a second subject may be hiding. Warnings only. */
export const checkSizes = (sources: ReadonlyArray<Source>): ReadonlyArray<Finding> => {
  const shipped = sources.filter(({ room }) => room === "src")
  const folders = Map.groupBy(shipped, ({ path }) => dirname(path))
  return [
    ...shipped
      .filter(({ lines }) => lines.length > longest)
      .map(({ lines, path }) => ({ rule: "size", path, line: 1, what: `${lines.length} lines`, warning: true })),
    ...Array.from(folders)
      .filter(([, files]) => files.length > fullest)
      .map(([path, files]) => ({ rule: "size", path, line: 1, what: `${files.length} files`, warning: true }))
  ]
}
