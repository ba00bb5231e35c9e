import { createHash } from "node:crypto"
import { availableParallelism } from "node:os"
import { join, resolve } from "node:path"
import type { ConfiguredLimit, SettingsShape } from "@gantry/core/Settings"
import { parseCacheLimit } from "./argv/values/cache-limit.ts"
import { homeOf } from "./home-path.ts"
import { userRun } from "./rootless/user-run.ts"
import { selfCommand } from "./self-command.ts"

/** Options of the program itself that move the engine. */
export interface Places {
  readonly root: string | undefined
  readonly run: string | undefined
}

/** Variables by name. */
export type Environment = { readonly [name: string]: string | undefined }

const nonEmpty = (text: string | undefined): string | undefined => (text === "" ? undefined : text)

/**
 * Where this engine lives: options win over `GANTRY_ROOT` and `GANTRY_RUN`, those over the defaults. An engine that is
 * not at the default root gets a run directory, a bridge and tables of its own without being asked.
 */
export const settingsOf = (places: Places, env: Environment, uid: number): SettingsShape => {
  const defaultRoot =
    uid === 0 ? "/var/lib/gantry" : join(nonEmpty(env["XDG_DATA_HOME"]) ?? join(homeOf(env), ".local/share"), "gantry")
  const defaultRun = uid === 0 ? "/run/gantry" : userRun(env, uid)
  const root = resolve(nonEmpty(places.root) ?? nonEmpty(env["GANTRY_ROOT"]) ?? defaultRoot)
  const instance = root === defaultRoot && uid === 0 ? "" : createHash("sha256").update(root).digest("hex").slice(0, 6)
  const run = nonEmpty(places.run) ?? nonEmpty(env["GANTRY_RUN"])
  const jobs = Number(env["GANTRY_JOBS"])
  const layerLimit = Number(env["GANTRY_LAYER_LIMIT"])
  return {
    root,
    run: run === undefined ? (instance === "" ? defaultRun : join(defaultRun, instance)) : resolve(run),
    jobs: Number.isInteger(jobs) && jobs > 0 ? jobs : Math.max(2, availableParallelism()),
    instance,
    cacheLimits: cacheLimitsOf(env),
    ...(Number.isSafeInteger(layerLimit) && layerLimit > 0 && { layerLimit }),
    self: selfCommand()
  }
}

/** What the cache may keep in any case, unless somebody says otherwise. */
const mostReserved = 10 * 1000 ** 3

/**
 * What the build cache may take: `GANTRY_CACHE_RESERVED_SPACE`, `GANTRY_CACHE_MAX_USED_SPACE` and
 * `GANTRY_CACHE_MIN_FREE_SPACE` in bytes (`20GB`), percent of the file system (`15%`), or `none`.
 */
const cacheLimitsOf = (env: Environment): NonNullable<SettingsShape["cacheLimits"]> => {
  const read = (name: string, otherwise: ConfiguredLimit): ConfiguredLimit | undefined => {
    const text = nonEmpty(env[`GANTRY_CACHE_${name}`])
    if (text === undefined) return otherwise
    const limit = parseCacheLimit(text)
    return limit.ok ? limit.value : otherwise
  }
  const reservedSpace = read("RESERVED_SPACE", mostReserved)
  const maxUsedSpace = read("MAX_USED_SPACE", { percent: 60 })
  const minFreeSpace = read("MIN_FREE_SPACE", { percent: 10 })
  return {
    ...(reservedSpace !== undefined && { reservedSpace }),
    ...(maxUsedSpace !== undefined && { maxUsedSpace }),
    ...(minFreeSpace !== undefined && { minFreeSpace })
  }
}

/** The environment of a command: an option of the program stands for the variable that means the same. */
export const withOptions = (env: Environment, { config }: { readonly config: string | undefined }): Environment =>
  nonEmpty(config) === undefined ? env : { ...env, DOCKER_CONFIG: config }

/** Where Docker and its kin keep logins. */
export const dockerConfig = (env: Environment): string =>
  resolve(nonEmpty(env["DOCKER_CONFIG"]) ?? join(homeOf(env), ".docker"), "config.json")
