import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { configPlaces } from "../configuration/config-places.ts"
import { readConfiguration, said } from "../configuration/read-configuration.ts"
import type { Environment } from "../settings.ts"
import { HolderRefused } from "./HolderRefused.ts"
import type { HelperName } from "./helper-names.ts"

/**
 * The program that the configuration names for the network of an ordinary user's containers. A project does not name
 * one: the network is that of all of the user's containers. Throws `HolderRefused` for a file that cannot be read.
 */
export const configuredHelper = async (env: Environment, cwd: string): Promise<HelperName | undefined> => {
  const places = configPlaces(env, cwd).filter(({ level }) => level !== "project")
  if (places.length === 0) return undefined
  const read = await Effect.runPromise(Effect.either(readConfiguration(places)))
  if (Either.isRight(read)) return said(read.right, ({ rootless }) => rootless?.network)
  const { file, problems } = read.left
  throw new HolderRefused(
    `cannot use ${file}`,
    problems.join("; "),
    "mend the file, or name another one in GANTRY_CONFIG"
  )
}
