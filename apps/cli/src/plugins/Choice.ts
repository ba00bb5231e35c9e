import { dirname } from "node:path"
import type { Contract } from "@gantry/core/Plugin"
import * as Either from "effect/Either"
import type { ReadConfig } from "../configuration/read-configuration.ts"

/** Every contract that a plugin may serve, in the order in which their services are made. */
export const contracts = [
  "blob-store",
  "layer-store",
  "build-cache",
  "registry",
  "network",
  "launcher",
  "runtime"
] as const satisfies ReadonlyArray<Contract>

/** That a module shall serve a contract. */
export interface Choice {
  readonly contract: Contract
  /** A package's name, or a path, as it was written. */
  readonly module: string
  /** Absolute directory that paths and packages are looked for from. */
  readonly base: string
  /** Not checked; undefined when nothing was said. */
  readonly options: unknown
  /** Who says so, for messages: a file, an option. */
  readonly from: string
}

const isContract = (text: string): text is Contract => contracts.some((each) => each === text)

/** What the files choose; a stronger file's word on a contract stands for all of a weaker one's. */
export const configured = (files: ReadonlyArray<ReadConfig>): ReadonlyArray<Choice> =>
  files.flatMap(({ content, file }) =>
    contracts.flatMap((contract): ReadonlyArray<Choice> => {
      const chosen = content.plugins?.[contract]
      if (chosen === undefined) return []
      const { module, options } = typeof chosen === "string" ? { module: chosen, options: undefined } : chosen
      return [{ contract, module, options, base: dirname(file), from: file }]
    })
  )

/** Reads `module[,option=text…]`. */
export const readModule = (
  text: string,
  cwd: string,
  from: string
): Either.Either<Omit<Choice, "contract">, string> => {
  const [module = "", ...pairs] = text.split(",")
  if (module === "") return Either.left("no module is named")
  const bad = pairs.find((pair) => !/^[^=]+=/.test(pair))
  if (bad !== undefined) return Either.left(`"${bad}" is not OPTION=VALUE`)
  const entries = pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)] as const)
  return Either.right({
    module,
    options: entries.length === 0 ? undefined : Object.fromEntries(entries),
    base: cwd,
    from
  })
}

/**
 * Reads `contract=module[,option=text…]`. What the options mean is for the plugin's schema to say; those that are no
 * texts stand in a configuration file.
 */
export const readChoice = (text: string, cwd: string): Either.Either<Choice, string> => {
  const at = text.indexOf("=")
  const contract = at < 0 ? text : text.slice(0, at)
  if (!isContract(contract)) return Either.left(`"${contract}" is no contract; there are ${contracts.join(", ")}`)
  const read = readModule(at < 0 ? "" : text.slice(at + 1), cwd, "--plugin")
  return Either.mapBoth(read, {
    onLeft: (why) => `"${text}": ${why}; write ${contract}=MODULE`,
    onRight: (named) => ({ ...named, contract })
  })
}

/** One choice for each contract that anybody chooses for: the last. */
export const decided = (choices: ReadonlyArray<Choice>): ReadonlyArray<Choice> =>
  contracts.flatMap((contract) => choices.findLast((each) => each.contract === contract) ?? [])
