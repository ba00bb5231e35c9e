import { existsSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { homeOf } from "../home-path.ts"

/** Whose word a configuration file is. `only` is the file that `GANTRY_CONFIG` names, which stands for all others. */
export type Level = "system" | "user" | "project" | "only"

/** A configuration file that exists. */
export interface ConfigPlace {
  /** Absolute. */
  readonly file: string
  readonly level: Level
}

/** Variables by name. */
type Environment = { readonly [name: string]: string | undefined }

const fileName = "gantry.config.json"

const nonEmpty = (text: string | undefined): string | undefined => (text === "" ? undefined : text)

/** The nearest file in the directory or one that holds it. */
const above = (directory: string, taken: ReadonlyArray<string>): string | undefined => {
  for (let at = directory; ; at = dirname(at)) {
    const file = join(at, fileName)
    if (!taken.includes(file) && existsSync(file)) return file
    if (dirname(at) === at) return undefined
  }
}

/** The configuration file of the user, whether it is there or not. */
export const userConfig = (env: Environment): string =>
  join(nonEmpty(env["XDG_CONFIG_HOME"]) ?? join(homeOf(env), ".config"), "gantry", fileName)

/**
 * The configuration files there are: of the system, of the user and of the project around the working directory, the
 * stronger one last. This is all that a program without configuration pays: a handful of questions to the file system.
 */
export const configPlaces = (env: Environment, cwd: string): ReadonlyArray<ConfigPlace> => {
  const only = nonEmpty(env["GANTRY_CONFIG"])
  if (only !== undefined) return [{ file: resolve(cwd, only), level: "only" }]
  const places: ReadonlyArray<ConfigPlace> = [
    { file: join("/etc/gantry", fileName), level: "system" },
    { file: userConfig(env), level: "user" }
  ]
  const project = above(
    cwd,
    places.map(({ file }) => file)
  )
  return [
    ...places.filter(({ file }) => existsSync(file)),
    ...(project === undefined ? [] : [{ file: project, level: "project" } as const])
  ]
}
