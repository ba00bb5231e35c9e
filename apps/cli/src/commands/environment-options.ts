import { parseEnv as readDotenv } from "node:util"
import * as Effect from "effect/Effect"
import type { Values } from "../argv/Option.ts"
import type { create } from "../argv/tables/run.ts"
import { type Environment, parseEnv, parseEnvFile, type Variable, variableText } from "../argv/values/env.ts"
import { fileOf, valueOf, valuesOf } from "./read-values.ts"
import { badValue, type Usage } from "./Usage.ts"

/** How the files of `--env-file` are read: as Docker does, line by line, or with the quotes of dotenv files. */
export type EnvFileFormat = "docker" | "dotenv"

const readFile = (
  path: string,
  format: EnvFileFormat,
  env: Environment
): Effect.Effect<ReadonlyArray<Variable>, Usage> =>
  Effect.flatMap(fileOf("--env-file", path), (text) =>
    format === "docker"
      ? valueOf("--env-file", path, parseEnvFile(path, text, env))
      : Effect.succeed(Object.entries(readDotenv(text)).map(([name, value]) => ({ name, value })))
  )

/** Names and values in order; a variable the caller does not have is taken away, as `NAME` alone asks. */
export const environmentOf = (
  files: ReadonlyArray<string>,
  texts: ReadonlyArray<string>,
  env: Environment,
  format: EnvFileFormat = "docker"
): Effect.Effect<ReadonlyArray<string>, Usage> =>
  Effect.gen(function* () {
    const fromFiles = yield* Effect.forEach(files, (path) => readFile(path, format, env))
    const typed = yield* valuesOf("-e, --env", texts, (text) => parseEnv(text, env))
    return [...fromFiles.flat(), ...typed].map(variableText)
  })

type Options = Pick<Values<(typeof create)["options"]>, "env" | "envFile" | "envFileFormat" | "envHost" | "unsetenv">

/** The variables of a container: the caller's with `--env-host`, those of files, those that were typed; less some. */
export const containerEnvironment = (options: Options, env: Environment): Effect.Effect<ReadonlyArray<string>, Usage> =>
  Effect.gen(function* () {
    const format = options.envFileFormat ?? "docker"
    if (format !== "docker" && format !== "dotenv") {
      return yield* badValue(`--env-file-format ${format} is not known`, "it is docker or dotenv")
    }
    const strange = options.unsetenv.find((name) => name === "" || name.includes("="))
    if (strange !== undefined) return yield* badValue(`--unsetenv ${strange} is not the name of a variable`)
    const ofCaller = Object.entries(options.envHost ? env : {}).flatMap(([name, value]) =>
      value === undefined ? [] : [`${name}=${value}`]
    )
    return [...ofCaller, ...(yield* environmentOf(options.envFile, options.env, env, format)), ...options.unsetenv]
  })
