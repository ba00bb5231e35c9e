import { join } from "node:path"
import type { CredentialsShape, Login } from "@gantry/core/registry/Credentials"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as AuthFile from "./credentials/AuthFile.ts"
import { helperFor, spellings, storedAs } from "./credentials/keys.ts"
import * as Helper from "./credentials/Helper.ts"

/** Where logins are kept. */
export interface DockerCredentialsOptions {
  readonly env: { readonly [name: string]: string | undefined }
  /** Absolute path of Docker's `config.json`. */
  readonly configFile: string
}

const nonEmpty = (text: string | undefined): string | undefined => (text === "" ? undefined : text)

/** Files of other tools that are read when Docker's knows nothing. Never written. */
const otherFiles = (env: DockerCredentialsOptions["env"]): ReadonlyArray<string> => {
  const named = nonEmpty(env["REGISTRY_AUTH_FILE"])
  const runtime = nonEmpty(env["XDG_RUNTIME_DIR"])
  return [
    ...(named === undefined ? [] : [named]),
    ...(runtime === undefined ? [] : [join(runtime, "containers/auth.json")])
  ]
}

/**
 * Logins in Docker's `config.json` and the helper programs that it names, read each time they are asked for. What is
 * not ours in the file stays as it is.
 */
export const make = ({ configFile, env }: DockerCredentialsOptions): CredentialsShape => {
  const inFile = (file: string, registry: string) =>
    Effect.gen(function* () {
      const config = yield* AuthFile.read(file)
      const helper = helperFor(config, registry)
      if (helper !== undefined) {
        const found = yield* Helper.get(helper, storedAs(registry), env)
        // What a file says from before there was a helper still holds.
        if (Option.isSome(found)) return found
      }
      const key = spellings(registry).find((each) => config.auths[each] !== undefined)
      return key === undefined ? Option.none<Login>() : yield* AuthFile.loginOf(config, key, file)
    })

  return {
    get: (registry) =>
      Effect.gen(function* () {
        for (const file of [configFile, ...otherFiles(env)]) {
          const found = yield* inFile(file, registry)
          if (Option.isSome(found)) return found
        }
        return Option.none<Login>()
      }),
    put: (registry, login) =>
      Effect.gen(function* () {
        const config = yield* AuthFile.read(configFile)
        const helper = helperFor(config, registry)
        if (helper !== undefined) {
          yield* Helper.store(helper, storedAs(registry), login, env)
          return { place: Helper.programOf(helper), plain: false }
        }
        yield* AuthFile.change(configFile, (auths) => {
          const kept = Object.entries(auths).filter(([key]) => !spellings(registry).includes(key))
          return Object.fromEntries([...kept, [storedAs(registry), AuthFile.entryOf(login)]])
        })
        return { place: configFile, plain: true }
      }),
    remove: (registry) =>
      Effect.gen(function* () {
        const config = yield* AuthFile.read(configFile)
        const helper = helperFor(config, registry)
        let removed = false
        if (helper !== undefined) {
          removed = Option.isSome(yield* Helper.get(helper, storedAs(registry), env))
          if (removed) yield* Helper.erase(helper, storedAs(registry), env)
        }
        const keys = spellings(registry).filter((key) => config.auths[key] !== undefined)
        if (keys.length === 0) return removed
        yield* AuthFile.change(configFile, (auths) =>
          Object.fromEntries(Object.entries(auths).filter(([key]) => !keys.includes(key)))
        )
        return true
      })
  }
}
