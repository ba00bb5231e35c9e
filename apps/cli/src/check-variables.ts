import { readIdleTime } from "@gantry/core/registry/idle-time"
import { parseCacheLimit } from "./argv/values/cache-limit.ts"
import type { Environment } from "./settings.ts"

/** A variable whose value has a form. */
interface Rule {
  readonly fits: (text: string) => boolean
  /** What its values are. */
  readonly wants: string
  readonly example: string
}

const whole: Rule = {
  fits: (text) => Number.isSafeInteger(Number(text)) && Number(text) > 0,
  wants: "it is a whole number above 0",
  example: "4"
}

const amount: Rule = {
  fits: (text) => parseCacheLimit(text).ok,
  wants: "it is bytes, percent of the file system, or none",
  example: "20GB"
}

const rules: { readonly [variable: string]: Rule } = {
  GANTRY_CACHE_MAX_USED_SPACE: amount,
  GANTRY_CACHE_MIN_FREE_SPACE: amount,
  GANTRY_CACHE_RESERVED_SPACE: amount,
  GANTRY_JOBS: whole,
  GANTRY_LAYER_LIMIT: { ...whole, example: "10000000000" },
  GANTRY_REGISTRY_TIMEOUT: {
    fits: (text) => readIdleTime(text) !== undefined,
    wants: "it is seconds, or a duration above 0 with units",
    example: "60s"
  }
}

/** What is wrong with a variable of the environment that moves the engine, as people are told. Empty ones say nothing. */
export const variableProblem = (env: Environment): string | undefined => {
  for (const [name, { example, fits, wants }] of Object.entries(rules)) {
    const text = env[name] ?? ""
    if (text === "" || fits(text)) continue
    return `gantry: invalid value ${JSON.stringify(text)} of ${name}\n  why: ${wants}\n  try: ${name}=${example}, or unset it\n`
  }
  return undefined
}
