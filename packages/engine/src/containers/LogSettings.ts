/** How what a container writes is kept. */
export interface LogSettings {
  readonly driver: "file" | "none"
  /** Bytes after which a new file begins. */
  readonly maxBytes: number
  /** Files that are kept, the current one included. */
  readonly files: number
  /** What was asked for in Docker's words; the usual when absent. */
  readonly asked?: { readonly type: string; readonly options: { readonly [name: string]: string } }
}

/** What a container's log says about itself: labels and variables that `--log-opt` chose, sorted by name. */
export const logAttributes = (
  { asked }: LogSettings,
  labels: { readonly [name: string]: string },
  env: ReadonlyArray<string>
): ReadonlyArray<readonly [name: string, value: string]> => {
  if (asked === undefined) return []
  const { options } = asked
  const variables = env.map((line): readonly [string, string] => {
    const cut = line.indexOf("=")
    return [line.slice(0, cut), line.slice(cut + 1)]
  })
  const chosen = [
    ...Object.entries(labels).filter(([name]) => chooses(name, options["labels"], options["labels-regex"])),
    ...variables.filter(([name]) => chooses(name, options["env"], options["env-regex"]))
  ]
  return [...new Map(chosen)].toSorted(([a], [b]) => (a < b ? -1 : 1))
}

const chooses = (name: string, list: string | undefined, pattern: string | undefined): boolean =>
  (list ?? "").split(",").includes(name) || (pattern !== undefined && new RegExp(pattern).test(name))
