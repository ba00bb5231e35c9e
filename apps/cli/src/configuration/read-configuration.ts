import { realpathSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { dirname, resolve } from "node:path"
import * as Effect from "effect/Effect"
import type { ConfigFile } from "./ConfigFile.ts"
import { reasonOf } from "@gantry/engine/file-problem"
import { ConfigInvalid } from "./ConfigInvalid.ts"
import type { Environment } from "../settings.ts"
import { type ConfigPlace, userConfig } from "./config-places.ts"
import { fits } from "./fits.ts"

/** A configuration file that is heeded. */
export interface ReadConfig extends ConfigPlace {
  readonly content: ConfigFile
}

/** What all files together say. */
export interface Configuration {
  /** Those that are heeded, the stronger one last. */
  readonly files: ReadonlyArray<ReadConfig>
  /** A file of a project that nobody trusts. */
  readonly untrusted: string | undefined
}

/** What a user is told of a project's file that is passed over. */
export const untrustedNotice = (file: string, env: Environment): string =>
  `gantry: ${file} is not used: its folder is not among "trustedProjects" of ${userConfig(env)}\n`

/** What the strongest file says that says it. */
export const said = <A>(
  { files }: Pick<Configuration, "files">,
  key: (content: ConfigFile) => A | undefined
): A | undefined => files.map(({ content }) => key(content)).findLast((value) => value !== undefined)

/** What concerns more than one project. */
const notOfProjects = ["rootless", "trustedProjects"] as const

const read = ({ file, level }: ConfigPlace): Effect.Effect<ReadConfig, ConfigInvalid> =>
  Effect.gen(function* () {
    const bad = (...problems: ReadonlyArray<string>) => new ConfigInvalid({ file, problems })
    const why = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause))
    const text = yield* Effect.tryPromise({ try: () => readFile(file, "utf8"), catch: (cause) => bad(reasonOf(cause)) })
    const json: unknown = yield* Effect.try({
      // An empty file says nothing: `GANTRY_CONFIG=/dev/null` is how to do without configuration.
      try: () => (text.trim() === "" ? {} : JSON.parse(text)),
      catch: (cause) => bad(`it is not JSON: ${why(cause)}`)
    })
    const content = fits(json) ? json : yield* Effect.mapError(bySchema(json), (problems) => bad(...problems))
    const others = level === "project" ? notOfProjects.filter((key) => content[key] !== undefined) : []
    if (others.length > 0) return yield* bad(...others.map((key) => `${key}: is not for a project to say`))
    return { file, level, content }
  })

/** What is wrong with JSON; the schema is loaded for those who want to know. */
const bySchema = (json: unknown): Effect.Effect<ConfigFile, ReadonlyArray<string>> =>
  Effect.flatMap(
    Effect.promise(() => Promise.all([import("./check-shape.ts"), import("./ConfigFile.ts")])),
    ([{ checkShape }, schema]) => checkShape(schema.ConfigFile, json)
  )

/** Whether two paths lead to one folder: whoever is in it may have come through a link. */
const isSame = (folder: string, other: string): boolean => {
  try {
    return folder === other || realpathSync(folder) === realpathSync(other)
  } catch {
    return false
  }
}

/**
 * Reads and checks the files. That of a project is read only when the system's or the user's lists its folder among the
 * `trustedProjects`: what it names may run other people's code, as whoever calls gantry in that folder.
 */
export const readConfiguration = (places: ReadonlyArray<ConfigPlace>): Effect.Effect<Configuration, ConfigInvalid> =>
  Effect.gen(function* () {
    const own = yield* Effect.forEach(
      places.filter(({ level }) => level !== "project"),
      read,
      { concurrency: "unbounded" }
    )
    const project = places.find(({ level }) => level === "project")
    if (project === undefined) return { files: own, untrusted: undefined }
    const trusted = own.some(({ content, file }) =>
      content.trustedProjects?.some((folder) => isSame(resolve(dirname(file), folder), dirname(project.file)))
    )
    return trusted
      ? { files: [...own, yield* read(project)], untrusted: undefined }
      : { files: own, untrusted: project.file }
  })
