import { ofMachine } from "@gantry/core/image/Platform"
import { epochName, readEpoch } from "@gantry/engine/outputs/epoch"
import type { BuildRequest } from "@gantry/engine/builds/BuildRequest"
import * as Effect from "effect/Effect"
import type { Values } from "../argv/Option.ts"
import type { inputs } from "../argv/tables/build.ts"
import { type Environment, parseEnvFile } from "../argv/values/env.ts"
import type { Terminal } from "../terminal.ts"
import { namedContexts } from "./build-source.ts"
import { platformsOf } from "./platform-of.ts"
import { surroundingsOf } from "./build-surroundings.ts"
import { readAgents } from "./read-agents.ts"
import { readSecrets } from "./read-secrets.ts"
import { fileOf, given, valueOf } from "./read-values.ts"
import { badValue, type Usage } from "./Usage.ts"

/** Reads what a build is made of, beside its context, and what its commands find around them. */
export const inputsOf = (options: Values<typeof inputs>, terminal: Terminal) =>
  Effect.gen(function* () {
    if (options.jobs !== undefined && options.jobs < 1) return yield* badValue(`--jobs ${options.jobs}: at least 1`)
    const platforms = yield* platformsOf(options.platform, terminal.arch)
    const buildArgs = yield* buildArguments(options, terminal.env)
    return {
      contexts: yield* namedContexts(options.buildContext, terminal.cwd),
      env: terminal.env,
      buildArgs,
      ...given("target", options.target),
      platforms: platforms.length === 0 ? [ofMachine(terminal.arch)] : platforms,
      ...given("jobs", options.jobs),
      network: yield* networkOf(options.network),
      surroundings: yield* surroundingsOf(options),
      secrets: yield* readSecrets(options.secret, terminal),
      agents: yield* readAgents(options.ssh, terminal),
      ...given("epoch", yield* epochOf(buildArgs, terminal.env)),
      reproducible: options.reproducible,
      earlyCutoff: options.earlyCutoff
    } satisfies Partial<BuildRequest>
  })

const networkOf = (text: string | undefined): Effect.Effect<"default" | "none" | "host", Usage> => {
  if (text === undefined || text === "" || text === "default" || text === "bridge") return Effect.succeed("default")
  if (text === "none" || text === "host") return Effect.succeed(text)
  return badValue(`--network ${text} is not supported for builds`, "default, none or host")
}

/** What of a request says that nothing is to become of a build but what is told of it. */
export const nothingMade = (terminal: Terminal) =>
  ({
    names: [],
    labels: {},
    outputs: [],
    noCache: false,
    requireCached: false,
    cacheFrom: [],
    cacheTo: [],
    onWarning: (text) => terminal.err(`gantry: ${text}\n`),
    onEvent: () => {}
  }) satisfies Partial<BuildRequest>

/** The arguments of a build: those of files, and those that were typed, which win. */
export const buildArguments = (
  { buildArg, buildArgFile }: Pick<Values<typeof inputs>, "buildArg" | "buildArgFile">,
  env: Environment
): Effect.Effect<ReadonlyMap<string, string>, Usage> =>
  Effect.gen(function* () {
    const option = "--build-arg-file"
    const files = yield* Effect.forEach(buildArgFile, (path) =>
      Effect.flatMap(fileOf(option, path), (text) =>
        valueOf(option, path, parseEnvFile(path, text, env, "build argument file"))
      )
    )
    const read = files.flat().map(({ name, value }) => [name, value ?? ""] as const)
    return new Map([...read, ...argumentsOf(buildArg, env)])
  })

/** A name alone takes the caller's value; one the caller does not have is as good as not given. */
const argumentsOf = (texts: ReadonlyArray<string>, env: Environment): ReadonlyMap<string, string> =>
  new Map(
    texts.flatMap((text): ReadonlyArray<readonly [string, string]> => {
      const equals = text.indexOf("=")
      if (equals >= 0) return [[text.slice(0, equals), text.slice(equals + 1)]]
      const value = Object.hasOwn(env, text) ? env[text] : undefined
      return value === undefined ? [] : [[text, value]]
    })
  )

/** The caller's own variable counts as an argument of the build, as it does for Docker. */
const epochOf = (
  buildArgs: ReadonlyMap<string, string>,
  env: { readonly [name: string]: string | undefined }
): Effect.Effect<number | "context" | undefined, Usage> => {
  const text = buildArgs.get(epochName) ?? env[epochName]
  if (text === undefined || text === "") return Effect.succeed(undefined)
  const epoch = readEpoch(text)
  return epoch === undefined
    ? badValue(`${epochName}=${text} is not a number of seconds since 1970`, 'a whole number, or "context"')
    : Effect.succeed(epoch)
}
